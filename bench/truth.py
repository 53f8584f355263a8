"""Truth inference and ROVER compared with crowd-kit, in one run.

    python bench/truth.py [--labels N] [--transcripts FILE] [--rounds N] [--write]

The labels are generated from items and experts with given skills and shared errors. FILE is a table
of transcripts (item, text, worker), as in CrowdSpeech. crowd-kit runs once, because it takes
minutes, and is skipped with a message if it is not installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cotool.consensus.decide.similarity import similarity_matrix
from cotool.consensus.decide.synthesis import synthesise
from cotool.consensus.read.readers import read_questions
from cotool.consensus.truth.methods import infer
from cotool.consensus.truth.table import LabelTable
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable

PEERS = {
    "majority_vote": "MajorityVote",
    "wawa": "Wawa",
    "dawid_skene": "DawidSkene",
    "one_coin_dawid_skene": "OneCoinDawidSkene",
    "glad": "GLAD",
    "mace": "MACE",
    "correlated": "",
}


def crowd(count: int, labels: int = 4, experts: int = 200) -> list[tuple[str, str, str]]:
    """About `count` labels: ten an item, half of the wrong ones for the item's decoy."""
    lot = random.Random(1)
    skills = {f"w{k}": lot.uniform(0.4, 0.9) for k in range(experts)}
    rows = []
    for item in range(count // 10):
        right, decoy = lot.sample(range(labels), 2)
        for name in lot.sample(sorted(skills), 10):
            wrong = decoy if lot.random() < 0.5 else lot.randrange(labels)
            label = right if lot.random() < skills[name] else wrong
            rows.append((f"q{item}", name, str(label)))
    return rows


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Median seconds of a call."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peer(name: str, rows: list[tuple[str, str, str]]) -> float | None:
    """Seconds of crowd-kit's method, its data frame made before."""
    if not name or importlib.util.find_spec("crowdkit") is None:
        return None
    import pandas as pd
    from crowdkit import aggregation

    frame = pd.DataFrame(rows, columns=["task", "worker", "label"])
    model = getattr(aggregation, name)()
    try:
        return seconds(lambda: model.fit_predict(frame), 1)
    except AttributeError:
        # Some of its methods do not go with the latest scikit-learn.
        return None


def transcripts(path: Path) -> list[list[str]]:
    """The texts of each item."""
    return [[one.content for one in asked.responses] for asked in read_questions([path])]


def rover(items: list[list[str]]) -> None:
    """Synthesise each item as `--method rover` does, similarities included."""
    for texts in items:
        matrix = similarity_matrix(texts, "word-levenshtein", 1)
        others = max(len(texts) - 1, 1)
        near = [(sum(matrix.row(i)) - 1) / others for i in range(len(texts))]
        synthesise(texts, [1.0] * len(texts), near)


def rover_peer(items: list[list[str]]) -> float | None:
    """Seconds of crowd-kit's ROVER."""
    if importlib.util.find_spec("crowdkit") is None:
        return None
    import pandas as pd
    from crowdkit.aggregation import ROVER

    frame = pd.DataFrame(
        [(i, k, text.lower()) for i, texts in enumerate(items) for k, text in enumerate(texts)],
        columns=["task", "worker", "text"],
    )
    model = ROVER(lambda text: text.split(" "), " ".join)
    return seconds(lambda: model.fit_predict(frame), 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=int, default=236_000)
    parser.add_argument("--transcripts", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    add_write(parser)
    arguments = parser.parse_args()
    rows = crowd(arguments.labels)
    table = LabelTable(rows)
    report = Report(
        "Truth inference",
        "`OMP_WAIT_POLICY=passive python bench/truth.py --rounds 5 --transcripts FILE --write`",
        write=arguments.write,
    )
    report(f"{len(rows):,} labels of 200 experts on {len(rows) // 10:,} items, in seconds:")
    report(
        "the method alone, and with names converted to numbers; crowd-kit from a data frame, once."
    )
    report("")
    report("| method | cotool | from names | crowd-kit | ratio |")
    report("|---|---|---|---|---|")
    for method, name in PEERS.items():
        alone = seconds(lambda method=method: infer(table, method), arguments.rounds)
        whole = seconds(lambda method=method: infer(rows, method), arguments.rounds)
        other = peer(name, rows)
        shown = "–" if other is None else f"{other:.2f}"
        ratio = "–" if other is None else f"{other / whole:.0f} ×"
        report(f"| {method} | {alone:.3f} | {whole:.3f} | {shown} | {ratio} |")
    if arguments.transcripts:
        items = transcripts(arguments.transcripts)
        own = seconds(lambda: rover(items), arguments.rounds)
        other = rover_peer(items)
        count = sum(map(len, items))
        shown = "–" if other is None else f"{other:.1f}"
        ratio = "–" if other is None else f"{other / own:.0f} ×"
        report(f"| rover, {count:,} transcripts | {own:.3f} | {own:.3f} | {shown} | {ratio} |")
    report.save()


if __name__ == "__main__":
    main()
