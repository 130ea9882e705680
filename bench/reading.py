#!/usr/bin/env python3
"""Reading held against what a Python user would pick: agreement of the text, and pages a second on one core.

usage: bench/reading.py FOLDER [--limit N] [--engines A,B] [--sluice PROGRAM]

Takes every PDF below FOLDER (file names sorted; documents, not their folders, may repeat), reads all of them with each
engine in one process of its own that is bound to one core, and prints
- pages a second of processor time, user and system, the start of the process and of Python included;
- how far each two engines agree: per page the F1 of the bags of words, NFKC, the mean over pages on which both found words;
- pages on which one engine found no word though two others agree that there are some.

Sluice finds lines, reading order, tables and form fields meanwhile; the others are asked for text alone.

  cargo build --release -p sluice-document --example read_all
  python3 -m venv target/bench && target/bench/bin/pip install -r bench/reading-requirements.txt
  target/bench/bin/python bench/reading.py FOLDER
"""

import argparse
import collections
import importlib
import itertools
import json
import os
import pathlib
import resource
import subprocess
import sys
import unicodedata

SLUICE = "target/release/examples/read_all"
MODULES = {"pdfium": "pypdfium2", "pymupdf": "pymupdf", "pdfplumber": "pdfplumber"}


def texts_pdfium(path):
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    for page in document:
        yield page.get_textpage().get_text_bounded()


def texts_pymupdf(path):
    import pymupdf

    for page in pymupdf.open(path):
        yield page.get_text()


def texts_pdfplumber(path):
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            yield page.extract_text() or ""
            page.close()


def work(engine, paths):
    """In a process of its own: a line of JSON for each page."""
    texts = {"pdfium": texts_pdfium, "pymupdf": texts_pymupdf, "pdfplumber": texts_pdfplumber}[engine]
    for path in paths:
        try:
            for number, text in enumerate(texts(path), 1):
                print(json.dumps({"file": path, "page": number, "text": text}))
        except Exception as error:  # an engine that gives up on a file has given up on it
            print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)


def words(text):
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    return collections.Counter(text.split())


def run(engine, paths, sluice):
    command = [sluice] if engine == "sluice" else [sys.executable, __file__, "--engine", engine]
    core = max(os.sched_getaffinity(0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command + paths, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {core}), check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    pages = {}
    for line in done.stdout.splitlines():
        page = json.loads(line)
        pages[page["file"], page["page"]] = words(page["text"])
    return pages, seconds


def f1(a, b):
    shared = sum((a & b).values())
    return 2 * shared / (sum(a.values()) + sum(b.values()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=None, help="only the first so many files")
    parser.add_argument("--engines", default=",".join(["sluice", *MODULES]), help="which, parted by commas")
    parser.add_argument("--sluice", default=SLUICE)
    options = parser.parse_args()
    paths = [str(path) for path in sorted(options.folder.rglob("*.pdf"))][: options.limit]
    engines = options.engines.split(",")
    found, seconds = {}, {}
    for engine in engines:
        found[engine], seconds[engine] = run(engine, paths, options.sluice)
    print(f"{len(paths)} files; {os.uname().machine}, core {max(os.sched_getaffinity(0))} of {os.cpu_count()}\n")
    print(f"{'':12}{'version':>10}{'pages':>8}{'CPU s':>8}{'pages/s':>9}")
    for engine in engines:
        module = MODULES.get(engine)
        version = importlib.metadata.version(module) if module else ""
        pages = len(found[engine])
        print(f"{engine:12}{version:>10}{pages:>8}{seconds[engine]:>8.1f}{pages / seconds[engine]:>9.1f}")
    print("\nagreement   " + "".join(f"{engine:>12}" for engine in engines) + f"{'empty alone':>13}")
    for engine in engines:
        cells = []
        for other in engines:
            both = [(found[engine][key], found[other][key]) for key in found[engine].keys() & found[other].keys()]
            both = [f1(a, b) for a, b in both if a and b]
            cells.append("" if engine == other else f"{sum(both) / max(len(both), 1):.4f}")
        others = [found[other] for other in engines if other != engine]
        alone = sum(
            not bag and any(a.get(key) and b.get(key) and f1(a[key], b[key]) > 0.8 for a, b in itertools.combinations(others, 2))
            for key, bag in found[engine].items()
        )
        print(f"{engine:12}" + "".join(f"{cell:>12}" for cell in cells) + f"{alone:>13}")


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "--engine":
        work(sys.argv[2], sys.argv[3:])
    else:
        import importlib.metadata

        main()
