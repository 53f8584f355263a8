"""All pairs of n texts: cotool compared with rapidfuzz, scikit-learn and plain Python, in one run.

    OMP_WAIT_POLICY=passive python bench/similarity.py [--texts FILE] [--quick] [--write]

FILE is JSON, which maps a label to a list of texts, or a folder with model outputs of AlpacaEval,
which are cut or joined to 60, 600 and 3000 characters. Without it, the texts are words drawn by
Zipf's law. Each
round runs each tool once, in turn, so that a busy machine slows down all of them. The values are
medians and include everything from strings to matrix. Ratios are the fastest other tool's time
divided by cotool's with the same number of threads.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import re
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from cotool import similarity_matrix
from cotool.benchmarks.inputs import made_texts
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (20, 200, 2000)
SECONDS = 2.0  # of rounds per row of the table
PATIENCE = 6.0  # seconds; a call that takes longer runs once

INTRO = """
All pairs of n texts; the time includes everything from strings to matrix: `OMP_WAIT_POLICY=passive
python bench/similarity.py --texts ALPACAEVAL --write`, with real answers, cut or joined to 60, 600
and 3000 characters. Each round runs each tool once. The values are medians, and the ratio is to
the fastest other tool with the same number of threads.
"""


def load(path: str | None) -> dict[str, list[str]]:
    """Label -> texts."""
    if path is None:
        return {str(length): made_texts(length, max(SIZES)) for length in (60, 600, 3000)}
    if Path(path).is_dir():
        return {str(length): answers(Path(path), length) for length in (60, 600, 3000)}
    raw = Path(path).read_bytes()
    return dict(json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw))


def answers(folder: Path, length: int) -> list[str]:
    """Answers of AlpacaEval in random order: cut at a blank, or joined, to at most `length`."""
    files = [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    lists = [items for items in files if isinstance(items, list)]
    outputs = [item["output"] for items in lists for item in items if item["output"]]
    generator, found, text = random.Random(1), [], ""
    while len(found) < max(SIZES):
        generator.shuffle(outputs)
        for output in outputs:
            text = f"{text} {output}".strip()
            if len(text) > length:
                found.append(text[:length].rpartition(" ")[0])
                text = ""
    return found


def plain_bags(texts: list[str]) -> list[Counter[str]]:
    """Word counts in plain Python."""
    return [Counter(re.findall(r"\w+", text.lower())) for text in texts]


def plain_cosine(texts: list[str]) -> list[list[float]]:
    """Cosine of word counts in plain Python, each pair once."""
    bags = plain_bags(texts)
    norms = [math.sqrt(sum(x * x for x in bag.values())) or 1.0 for bag in bags]
    return [
        [
            sum(x * b[word] for word, x in a.items() if word in b) / (norms[i] * norms[j])
            for j, b in enumerate(bags[:i])
        ]
        for i, a in enumerate(bags)
    ]


def plain_jaccard(texts: list[str]) -> list[list[float]]:
    """Jaccard of word sets in plain Python, each pair once."""
    sets = [set(bag) for bag in plain_bags(texts)]
    return [[len(a & b) / (len(a | b) or 1) for b in sets[:i]] for i, a in enumerate(sets)]


def peers(threads: int) -> dict[str, dict[str, Callable[[list[str]], object]]]:
    """Metric -> peer -> function; peers that are not installed are left out with a word."""
    found: dict[str, dict[str, Callable[[list[str]], object]]] = {
        "cosine": {"plain Python": plain_cosine},
        "tfidf": {},
        "jaccard": {"plain Python": plain_jaccard},
        "levenshtein": {},
    }
    try:
        import numpy as np
        from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
        from sklearn.metrics.pairwise import cosine_similarity
    except ImportError:
        print("scikit-learn is not installed and left out: pip install '.[bench]'")
    else:

        def sparse_jaccard(texts: list[str]) -> object:
            sets = CountVectorizer(binary=True, token_pattern=r"\w+").fit_transform(texts)
            shared = (sets @ sets.T).toarray()
            sizes = np.asarray(sets.sum(axis=1)).ravel()
            return shared / np.maximum(sizes[:, None] + sizes[None, :] - shared, 1)

        found["cosine"]["scikit-learn"] = lambda texts: cosine_similarity(
            CountVectorizer(token_pattern=r"\w+").fit_transform(texts)
        )
        found["tfidf"]["scikit-learn"] = lambda texts: cosine_similarity(
            TfidfVectorizer(token_pattern=r"\w+").fit_transform(texts)
        )
        found["jaccard"]["sparse product"] = sparse_jaccard
    try:
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import cdist
    except ImportError:
        print("rapidfuzz is not installed and left out: pip install '.[bench]'")
    else:
        found["levenshtein"]["rapidfuzz"] = lambda texts: cdist(
            texts, texts, scorer=Levenshtein.normalized_similarity, workers=threads
        )
    return found


def timed(function: Callable[[list[str]], object], texts: list[str]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    function(texts)
    return time.perf_counter() - start


def race(functions: dict[str, Callable[[list[str]], object]], texts: list[str]) -> dict[str, float]:
    """Median seconds of each function, run in turn; a function over PATIENCE runs once."""
    times: dict[str, list[float]] = {
        name: [timed(function, texts)] for name, function in functions.items()
    }
    rounds = {name: f for name, f in functions.items() if times[name][0] < PATIENCE}
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        for name, function in rounds.items():
            times[name].append(timed(function, texts))
    return {name: statistics.median(series) for name, series in times.items()}


def milliseconds(seconds: float) -> str:
    """Three significant digits."""
    return f"{float(f'{seconds * 1e3:.3g}'):,g}"


def hard_inputs(report: Report) -> None:
    """Texts unlike English sentences, 200 of each, beside rapidfuzz and scikit-learn."""
    chance = random.Random(5)
    letters = {
        "Chinese": "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就",
        "emoji": "😀😂🙏🔥🎉👍😎🤖🧠💡 ",
        "one-letter words": "a b c d e f g h i j k l m ",
    }
    kinds = {
        name: ["".join(chance.choices(alphabet, k=chance.randint(40, 80))) for _ in range(200)]
        for name, alphabet in letters.items()
    }
    some = made_texts(60, 200)
    kinds["identical"] = [some[0]] * 200
    kinds["no word in common"] = [f"w{n}a w{n}b w{n}c w{n}d w{n}e w{n}f" for n in range(200)]
    kinds["one of 1 MB"] = [*some[1:], " ".join(made_texts(60, 17_000))[:1_000_000]]
    report("200 texts of other kinds, 2 threads:")
    report()
    report("| texts | metric | cotool ms | fastest peer | ms | ratio |\n|---|---|---|---|---|---|")
    for name, texts in kinds.items():
        for metric, others in peers(2).items():
            if metric == "tfidf":
                continue
            functions = {
                "cotool": lambda texts, metric=metric: similarity_matrix(texts, metric, 2),
                **others,
            }
            try:
                times = race(functions, texts)
            except ValueError as error:  # scikit-learn's tokenizer finds no word in emoji
                print(f"{name}, {metric}: a peer fails: {error}")
                functions = {k: f for k, f in functions.items() if k in {"cotool", "plain Python"}}
                times = race(functions, texts)
            own = times.pop("cotool")
            peer, best = min(times.items(), key=lambda item: item[1])
            report(
                f"| {name} | {metric} | {milliseconds(own)} | {peer} | {milliseconds(best)} "
                f"| {best / own:.1f} |"
            )


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, os.cpu_count() or 1])
    parser.add_argument("--quick", action="store_true", help="leave out texts over 1000 characters")
    add_write(parser)
    options = parser.parse_args()
    report = Report("Similarity", INTRO, write=options.write)
    report("| metric | characters | n | threads | cotool ms | fastest peer | ms | ratio |")
    report("|---|---|---|---|---|---|---|---|")
    for label, texts in load(options.texts).items():
        mean = statistics.mean(map(len, texts))
        if options.quick and mean > 1000:
            continue
        for count in SIZES:
            some = texts[:count]
            for threads in dict.fromkeys(options.threads):
                for metric, others in peers(threads).items():
                    # Quadratic in the number and the length of the texts: minutes a call.
                    if metric == "levenshtein" and count * mean > 2_000_000:
                        continue
                    if count * count * mean > 2e8:
                        others.pop("plain Python", None)

                    def ours(
                        texts: list[str], metric: str = metric, threads: int = threads
                    ) -> object:
                        return similarity_matrix(texts, metric, threads)

                    times = race({"cotool": ours, **others}, some)
                    own = times.pop("cotool")
                    peer, best = min(
                        times.items(), key=lambda item: item[1], default=("none", math.nan)
                    )
                    report(
                        f"| {metric} | {label} | {count} | {threads} | {milliseconds(own)} "
                        f"| {peer} | {milliseconds(best)} | {best / own:.1f} |"
                    )
    report()
    hard_inputs(report)
    report.save()


if __name__ == "__main__":
    main()
