"""Support of statements and groups of short answers: how fast, and how near to people's judgement.

    OMP_WAIT_POLICY=passive python bench/meaning.py [DATA] [--write]

Speed is the median of five runs with one thread, on generated texts. DATA is a folder with
long-answers/wikibio.jsonl.gz (sentences that people judged, and 20 more answers to the same
question; Manakul et al., EMNLP 2023) and short-answers/grouped.jsonl (answers that people grouped).
The first is measured by the area under the precision-recall curve of sentences that are not
factual, NonFact* of those that are wholly wrong in passages that are not; the second by the
adjusted Rand index, the number of groups not given.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import time
from collections import Counter, defaultdict
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

from cotool import find_consensus, similarity_matrix, statement_support
from cotool.benchmarks.inputs import made_passages, made_texts
from cotool.consensus.decide.embedders import built_in, semantic_installed
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WRONG = {"accurate": 0.0, "minor_inaccurate": 0.5, "major_inaccurate": 1.0}


def seconds(call: Callable[[], object]) -> float:
    """Return the median time of a call."""
    call()
    found = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def short_answers(count: int) -> list[str]:
    """Return answers of one to five words."""
    chance = random.Random(count)
    words = " ".join(made_texts(600, 200)).split()
    return [" ".join(chance.choices(words, k=chance.randint(1, 5))) for _ in range(count)]


def area(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """Return the area under the precision-recall curve; equal scores are one step."""
    steps: defaultdict[float, list[bool]] = defaultdict(list)
    for score, positive in zip(scores, truth, strict=True):
        steps[score].append(positive)
    total, seen, right = 0.0, 0, 0
    for score in sorted(steps, reverse=True):
        seen += len(steps[score])
        right += sum(steps[score])
        total += sum(steps[score]) * right / seen
    return total / sum(truth)


def rand_index(found: Sequence[object], groups: Sequence[object]) -> float:
    """Return the adjusted Rand index (Hubert, Arabie 1985)."""

    def pairs(labels: Sequence[object]) -> int:
        return sum(comb(count, 2) for count in Counter(labels).values())

    both, mine, theirs = pairs(list(zip(found, groups, strict=True))), pairs(found), pairs(groups)
    chance = mine * theirs / comb(len(found), 2)
    return (both - chance) / ((mine + theirs) / 2 - chance) if mine + theirs != 2 * chance else 1.0


def judged(path: Path, report: Report) -> None:
    """Report how well support tells sentences that people found wrong."""
    wrong, doubt, partly = [], [], []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            own = [WRONG[label] for label in row["labels"]]
            wrong += own
            partly += [min(own) < 1] * len(own)
            doubt += [
                1 - one.support for one in statement_support(row["sentences"], row["samples"])
            ]
    some = [n for n, one in enumerate(partly) if one]
    report(f"| NonFact, {len(wrong)} sentences | {area([one > 0 for one in wrong], doubt):.3f} |")
    star = area([wrong[n] == 1 for n in some], [doubt[n] for n in some])
    report(f"| NonFact*, {len(some)} sentences | {star:.3f} |")
    factual = area([one == 0 for one in wrong], [-one for one in doubt])
    report(f"| Factual, {len(wrong)} sentences | {factual:.3f} |")


def grouped(path: Path, report: Report) -> None:
    """Report how near clusters of short answers are to people's groups."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for metric in ("ngrams", *(["semantic"] if semantic_installed() else [])):
        scores = defaultdict(list)
        for row in rows:
            answers = row["answers"]
            clusters = find_consensus(answers, question=row["question"], metric=metric).clusters
            label = {n: one.id for one in clusters for n in one.indices}
            found = [label.get(n, -1 - n) for n in range(len(answers))]
            scores[row["source"]].append(rand_index(found, row["groups"]))
        for source, own in sorted(scores.items()):
            mean = statistics.fmean(own)
            report(f"| {source}, {len(own)} questions, {metric} | {mean:.3f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?")
    add_write(parser)
    options = parser.parse_args()
    report = Report("Meaning", "`python bench/meaning.py DATA --write`", write=options.write)
    report("| work, one thread | |")
    report("|---|---|")
    statements = made_passages(8, 150, 1)[0].split(". ")
    texts = made_passages(9, 150, 20)
    took = seconds(lambda: statement_support(statements, texts, num_threads=1))
    report(f"| support of 8 statements by 20 texts of 150 words | {took * 1e3:.2f} ms |")
    if semantic_installed():
        answers = short_answers(20_000)
        took = seconds(lambda: built_in().embed(answers, 1))
        report(f"| short answers embedded per second | {len(answers) / took:,.0f} |")
        some = answers[:2000]
        took = seconds(lambda: similarity_matrix(some, "semantic", 1))
        report(f"| semantic similarity of all pairs of 2,000 short answers | {took:.2f} s |")
    report()
    for name, measure, head in (
        ("long-answers/wikibio.jsonl.gz", judged, "area under the precision-recall curve"),
        ("short-answers/grouped.jsonl", grouped, "adjusted Rand index"),
    ):
        if options.data is None or not (options.data / name).exists():
            print(f"{name} is not here")
            continue
        report(f"| {head} | |")
        report("|---|---|")
        measure(options.data / name, report)
        report()
    report.save()


if __name__ == "__main__":
    main()
