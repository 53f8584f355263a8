"""Time and memory for 100 to 100,000 texts: a table, and a plot in growth.svg.

    OMP_WAIT_POLICY=passive python bench/growth.py [--most N] [--write]

The texts are answers of one sentence with about 60 characters, of two kinds: words drawn by Zipf's
law, and answers to one question, most of which share most of their words. Each call runs in its own
process, so that its peak memory can be measured. The value is the median of three runs, or one run
if it takes ten seconds or more.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Iterator

PLOT = Path(__file__).with_name("growth.svg")
LONG = 10.0

TEXTS = """
import random
from cotool.benchmarks.inputs import made_texts
def drawn(n): return made_texts(60, n)
def alike(n):
    chance, rest = random.Random(1), made_texts(30, 3000)
    who = ["the capital of France", "Paris", "the city of light", "that city", "the answer"]
    verb = ["is", "is probably", "must be", "would be", "is not"]
    what = ["Lyon", "the biggest city of all", "on the Seine", "known for the Eiffel tower"]
    why = ["because", "since", "as", "given that"]
    pick = chance.choice
    return [f"{pick(who)} {pick(verb)} {pick(what)} {pick(why)} {pick(rest)}" for _ in range(n)]
"""
RUN = """
import json, resource, sys, time
from cotool import find_consensus, neighbours, similarity_matrix
texts = {kind}({count})
start = time.perf_counter()
{call}
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
# Name, call, and the most texts it is asked for.
CALLS = {
    "cosine matrix": ("similarity_matrix(texts, 'cosine')", 10_000),
    "Levenshtein matrix": ("similarity_matrix(texts, 'levenshtein')", 10_000),
    "neighbours, tfidf from .5, top 10": ("neighbours(texts, threshold=0.5, top=10)", 100_000),
    "consensus": ("find_consensus(texts)", 100_000),
    "scikit-learn cosine matrix": (
        (
            "from sklearn.feature_extraction.text import CountVectorizer\n"
            "from sklearn.metrics.pairwise import cosine_similarity\n"
            "start = time.perf_counter()\n"
            "cosine_similarity(CountVectorizer().fit_transform(texts))"
        ),
        10_000,
    ),
    "rapidfuzz matrix": (
        (
            "from rapidfuzz.distance import Levenshtein\n"
            "from rapidfuzz.process import cdist\n"
            "start = time.perf_counter()\n"
            "cdist(texts, texts, scorer=Levenshtein.normalized_similarity, workers=2)"
        ),
        10_000,
    ),
}
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c8c8c", "#c49c00")


def measure(kind: str, count: int, call: str) -> tuple[float, float] | None:
    """Seconds and peak megabytes of a call, None where a peer is absent."""
    found = []
    for _ in range(3):
        code = TEXTS + RUN.format(kind=kind, count=count, call=call)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        if done.returncode:
            if "ModuleNotFoundError" in done.stderr:
                return None
            raise RuntimeError(done.stderr)
        found.append(json.loads(done.stdout))
        if found[0][0] > LONG:
            break
    return statistics.median(seconds for seconds, _ in found), max(peak for _, peak in found)


def table(kind: str, most: int, report: Report) -> dict[str, list[tuple[int, float]]]:
    """Print a row for each call; return the points to plot."""
    counts = [10**k for k in range(2, 6) if 10**k <= most]
    report("| | " + " | ".join(f"{count:,}" for count in counts) + " |")
    report("|---|" + "---|" * len(counts))
    points: dict[str, list[tuple[int, float]]] = {}
    for name, (call, limit) in CALLS.items():
        cells = []
        for count in counts:
            found = measure(kind, count, call) if count <= limit else None
            if found is None:
                cells.append("")
                continue
            points.setdefault(name, []).append((count, found[0]))
            cells.append(f"{found[0]:.3g} s, {found[1]:.0f} MB")
        if any(cells):
            report(f"| {name} | " + " | ".join(cells) + " |")
    return points


def plot(points: dict[str, list[tuple[int, float]]]) -> str:
    """Draw both axes logarithmic."""
    width, height, left, bottom = 720, 400, 60, 350
    every = [seconds for line in points.values() for _, seconds in line]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))

    def at(count: float, seconds: float) -> tuple[float, float]:
        x = left + (math.log10(count) - 2) / 3 * 400
        return x, bottom - (math.log10(seconds) - low) / (high - low) * (bottom - 20)

    def parts() -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="sans-serif" font-size="12"><title>Seconds by number of texts</title>'
            f'<rect width="{width}" height="{height}" fill="white"/>'
        )
        for k in range(low, high + 1):
            _, y = at(100, 10**k)
            yield f'<path d="M{left} {y:.0f}H{left + 400}" stroke="#ddd"/>'
            yield f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**k:g} s</text>'
        for k in range(2, 6):
            x, _ = at(10**k, 10**low)
            yield f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle">{10**k:,}</text>'
        for number, (name, line) in enumerate(points.items()):
            colour = COLOURS[number]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line))
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            x, y = at(*line[-1])
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
            spot = 40 + 18 * number
            yield f'<path d="M{left + 425} {spot - 4}h14" stroke="{colour}" stroke-width="3"/>'
            yield f'<text x="{left + 445}" y="{spot}">{name}</text>'
        yield "</svg>\n"

    return "\n".join(parts())


def main() -> None:
    """Measure, print, plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=100_000)
    add_write(parser)
    arguments = parser.parse_args()
    report = Report("Growth", "\n".join(__doc__.splitlines()[2:]), write=arguments.write)
    report("Words drawn by Zipf's law:")
    report()
    points = table("drawn", arguments.most, report)
    report()
    report("Answers to one question, which share most of their words:")
    report()
    alike = table("alike", arguments.most, report)
    report()
    report("![Seconds by number of texts](growth.svg) The plot is of the second table.")
    report.save()
    if arguments.write:
        PLOT.write_text(plot(alike or points), encoding="utf-8")


if __name__ == "__main__":
    main()
