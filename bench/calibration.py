#!/usr/bin/env python3
"""What a confidence is worth: by band and by rule, and on documents that had no say in it.

usage: bench/calibration.py FIGURES.json [--at 0.9]

FIGURES.json is what `sluice eval DIR --json FIGURES.json` writes. Printed are
- the bands: values, how many are right, from how many documents, and the mean of the documents' shares, each with the same
  weight, for a table of a thousand numbers else speaks for all;
- the same for values at or above --at, by rule (the sentence that gives the reason, without what it quotes and counts);
- what becomes of --at when each document in turn is left out: confidence is turned into the share that was right (isotonic,
  each document with the same weight) by the others alone. That is what documents may expect that nobody has seen.
"""

import argparse
import bisect
import collections
import json
import re

BANDS = [0.0, 0.5, 0.75, 0.9]


def rule_of(reasoning):
    text = re.sub(r"\(label matches [^)]*\)", "(label)", reasoning or "no reason")
    text = re.sub(r"“[^”]*”s?”?|\"[^\"]*\"|'[^']*'", "…", text)
    return re.sub(r"\d[\d.,]*", "#", text)[:60]


def line(name, values):
    shares = collections.defaultdict(list)
    for document, right in values:
        shares[document].append(right)
    means = sorted(sum(it) / len(it) for it in shares.values())
    right = sum(right for _, right in values)
    if not values:
        return f"{name:62}{0:>7}"
    mean, worst = sum(means) / len(means), means[0]
    return f"{name:62}{len(values):>7}{right:>7}{right / len(values):>8.3f}{len(means):>6}{mean:>9.3f}{worst:>8.3f}"


def isotonic(points):
    """Of (confidence, right, weight): steps of rising confidence with the share that was right, never falling."""
    blocks = []
    for confidence, right, weight in sorted(points):
        blocks.append([confidence, right * weight, weight])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            _, more, weight_of_more = blocks.pop()
            blocks[-1][1] += more
            blocks[-1][2] += weight_of_more
    return [block[0] for block in blocks], [block[1] / block[2] for block in blocks]


def left_out(values):
    """Each value with the share that the other documents' values of such a confidence had."""
    sizes = collections.Counter(document for document, *_ in values)
    for document in sizes:
        others = [(confidence, right, 1 / sizes[other]) for other, confidence, right in values if other != document]
        starts, shares = isotonic(others)
        for other, confidence, right in values:
            if other == document and starts:
                at = max(bisect.bisect_right(starts, confidence) - 1, 0)
                yield document, shares[at], right


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("figures")
    parser.add_argument("--at", type=float, default=0.9)
    options = parser.parse_args()
    with open(options.figures) as file:
        documents = json.load(file)["docs"]
    values = [
        (name, value["confidence"], value["right"], rule_of(value["reasoning"]))
        for name, document in documents.items()
        for value in document["values"]
        if value["confidence"] is not None
    ]
    head = f"{'values':>7}{'right':>7}{'share':>8}{'docs':>6}{'of docs':>9}{'worst':>8}"
    print(f"{'confidence':62}{head}")
    for low, high in zip(BANDS, [*BANDS[1:], 2.0]):
        print(line(f"{low:.2f} and more", [(name, right) for name, sure, right, _ in values if low <= sure < high]))
    print(f"\n{f'{options.at:.2f} and more, by rule':62}{head}")
    rules = collections.defaultdict(list)
    for name, sure, right, rule in values:
        if sure >= options.at:
            rules[rule].append((name, right))
    for rule, members in sorted(rules.items(), key=lambda it: -len(it[1])):
        print(line(rule, members))
    print(f"\n{'each document left out of the fit':62}{head}")
    held = list(left_out([(name, sure, right) for name, sure, right, _ in values]))
    print(line(f"{options.at:.2f} and more", [(name, right) for name, share, right in held if share >= options.at]))
    print(line("less", [(name, right) for name, share, right in held if share < options.at]))


if __name__ == "__main__":
    main()
