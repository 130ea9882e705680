#!/usr/bin/env python3
"""Tables held against what a Python user would pick, by the rows that documents are known to hold.

usage: bench/tables.py FOLDER [--engines A,B] [--sluice PROGRAM] [--docs]

FOLDER/<id>/ holds document.pdf and gold.json, as `sluice eval` takes them. Every array of objects in a gold.json, with two
rows and two properties or more, is a table that somebody wrote down. Two of its values are neighbours across if they are of
one row, and neighbours down if they are of one property in rows that follow each other. An engine has found a pair where
two cells of one of its tables hold the two values, whole, in one row or in one column.

Printed is the share of pairs found, the mean over documents and over all pairs, and how many documents are above nine
tenths. A value that is not printed, or printed in another form than numbers take, is missed by all engines alike.

  cargo build --release -p sluice
  python3 -m venv target/bench && target/bench/bin/pip install -r bench/tables-requirements.txt
  target/bench/bin/python bench/tables.py FOLDER
"""

import argparse
import collections
import importlib.metadata
import itertools
import json
import pathlib
import re
import subprocess
import unicodedata

MODULES = {"pdfplumber": "pdfplumber", "pymupdf": "pymupdf", "camelot-lattice": "camelot-py", "camelot-stream": "camelot-py"}
PAIRS_MAX_ROWS = 400  # of one array; more tell nothing new


def tables_sluice(path, program):
    done = subprocess.run([program, "document", path, "-f", "json", "--ocr", "never"], stdout=subprocess.PIPE, check=True)
    for page in json.loads(done.stdout)["pages"]:
        for table in page.get("tables", []):
            grid = collections.defaultdict(dict)
            for cell in table["cells"]:
                text = " ".join(page["words"][word]["text"] for word in cell.get("words", []))
                for row, column in itertools.product(range(cell.get("row_span", 1)), range(cell.get("column_span", 1))):
                    grid[cell["row"] + row][cell["column"] + column] = text
            yield [[cells.get(at, "") for at in range(max(cells) + 1)] for _, cells in sorted(grid.items())]


def tables_pdfplumber(path):
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            yield from page.extract_tables()
            page.close()


def tables_pymupdf(path):
    import pymupdf

    for page in pymupdf.open(path):
        for table in page.find_tables().tables:
            yield table.extract()


def tables_camelot(path, flavor):
    import camelot

    for table in camelot.read_pdf(str(path), pages="all", flavor=flavor, suppress_stdout=True):
        yield table.df.values.tolist()


def read(engine, path, program):
    match engine:
        case "sluice":
            return list(tables_sluice(path, program))
        case "pdfplumber":
            return list(tables_pdfplumber(path))
        case "pymupdf":
            return list(tables_pymupdf(path))
        case _:
            return list(tables_camelot(path, engine.removeprefix("camelot-")))


def plain(value):
    """A number as one, any other text as its letters and digits."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    number = re.sub(r"[^0-9.()-]", "", text)
    if re.search(r"\d", text) and not re.search(r"[^\W\d_]", text):
        digits = number.strip("()").strip("-").rstrip(".")
        try:
            return f"{abs(float(digits)):g}" if digits.count(".") <= 1 else digits
        except ValueError:
            return digits
    return re.sub(r"\W", "", text).casefold()


def arrays(value):
    """Every list of objects, wherever it stands, as rows of plain values by property."""
    if isinstance(value, dict):
        for child in value.values():
            yield from arrays(child)
    elif isinstance(value, list):
        rows = [
            {key: plain(leaf) for key, leaf in item.items() if isinstance(leaf, (str, int, float)) and plain(leaf)}
            for item in value
            if isinstance(item, dict)
        ]
        if len(rows) >= 2 and len(set().union(*rows)) >= 2:
            yield rows[:PAIRS_MAX_ROWS]
        for item in value:
            yield from arrays(item) if isinstance(item, (dict, list)) else ()


def pairs(gold):
    across, down = [], []
    for rows in arrays(gold):
        for row in rows:
            across.extend(itertools.combinations(row.values(), 2))
        for first, second in itertools.pairwise(rows):
            down.extend((first[key], second[key]) for key in first.keys() & second.keys())
    return across, down


def share_found(tables, across, down):
    rows, columns = collections.defaultdict(set), collections.defaultdict(set)
    for number, table in enumerate(tables):
        for at, row in enumerate(table):
            for column, cell in enumerate(row):
                if cell and (text := plain(cell)):
                    rows[text].add((number, at))
                    columns[text].add((number, column))
    found = sum(not rows[a].isdisjoint(rows[b]) for a, b in across)
    found += sum(not columns[a].isdisjoint(columns[b]) for a, b in down)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--engines", default=",".join(["sluice", *MODULES]), help="which, parted by commas")
    parser.add_argument("--sluice", default="target/release/sluice")
    parser.add_argument("--docs", action="store_true", help="a line for each document too")
    options = parser.parse_args()
    engines = options.engines.split(",")
    documents = []
    for path in sorted(options.folder.glob("*/document.pdf")):
        meta = path.with_name("meta.json")
        scanned = meta.exists() and json.loads(meta.read_text()).get("scanned", False)
        across, down = pairs(json.loads(path.with_name("gold.json").read_text()))
        if across and not scanned:
            documents.append((path, across, down))
    totals = {engine: [] for engine in engines}
    for path, across, down in documents:
        all_pairs = len(across) + len(down)
        for engine in engines:
            totals[engine].append((share_found(read(engine, path, options.sluice), across, down), all_pairs))
        if options.docs:
            shares = "".join(f"{totals[engine][-1][0] / all_pairs:>17.3f}" for engine in engines)
            print(f"{path.parent.name[:40]:42}{all_pairs:>7}{shares}")
    count = sum(len(across) + len(down) for _, across, down in documents)
    print(f"\n{len(documents)} documents, {count} pairs\n")
    print(f"{'':17}{'version':>10}{'mean of documents':>19}{'of all pairs':>14}{'documents >= .9':>17}")
    for engine in engines:
        module = MODULES.get(engine)
        shares = [found / of for found, of in totals[engine]]
        of_all = sum(found for found, _ in totals[engine]) / count
        version = importlib.metadata.version(module) if module else ""
        print(f"{engine:17}{version:>10}{sum(shares) / len(shares):>19.3f}{of_all:>14.3f}{sum(it >= 0.9 for it in shares):>17}")


if __name__ == "__main__":
    main()
