"""How good the answers are, on public data that is not part of the project.

    python bench/quality.py DATA [--write]

DATA is a folder with truth-inference/, mmlu-pro/, gsm8k/, alpaca-eval/ and crowdspeech/ (see the
data sets' own sites). Everything is run as a user would: files in, no option, no gold answers.
Prints a Markdown table; sets that are absent are left out with a word.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cotool import find_consensus_batch
from cotool.consensus.extraction import extract_answer, extract_answers
from cotool.consensus.readers import read_questions
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = tuple[str, str]


def column(path: Path, key: str, value: str) -> dict[str, str]:
    """Two columns of a CSV as a dict."""
    with path.open(encoding="utf-8") as rows:
        return {row[key]: row[value] for row in csv.DictReader(rows)}


def plurality(folder: Path, labels: str) -> Iterator[Row]:
    """Accuracy of the vote on a table of labels."""
    right = column(folder / "truth.csv", "question", "truth")
    results = list(find_consensus_batch(read_questions([folder / labels])))
    known = [result for result in results if result.id in right]
    share = statistics.fmean(result.answer == right[result.id] for result in known)
    yield f"accuracy of the vote on labels, {len(known):,} questions", f"{share:.4f}"


def reasoning(folder: Path) -> Iterator[Row]:
    """Letters extracted from reasoning texts, beside the published labels."""
    with (folder / "labels.csv").open(encoding="utf-8") as rows:
        labels = {(row["question"], row["worker"]): row["answer"] for row in csv.DictReader(rows)}
    equal = stated = missed = 0
    with gzip.open(folder / "reasoning.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            question = json.loads(line)
            responses = question["responses"]
            _, answers = extract_answers([response["content"] for response in responses])
            for response, answer in zip(responses, answers, strict=True):
                label = labels.get((question["id"], response["expert_name"]))
                if label is None:
                    continue
                missed += answer is None
                stated += answer is not None
                equal += answer is not None and answer.value == label
    yield (
        f"letters equal to the labels, of {stated:,} extracted ({missed} more are labelled)",
        f"{equal / stated:.4f}",
    )
    right = column(folder / "truth.csv", "question", "truth")
    results = list(find_consensus_batch(read_questions([folder / "reasoning.jsonl.gz"])))
    share = statistics.fmean(result.answer == right[result.id] for result in results)
    yield f"accuracy of the vote on texts, {len(results)} questions", f"{share:.4f}"


def word_problems(folder: Path) -> Iterator[Row]:
    """Numbers extracted from solutions, and the vote on them."""
    path = folder / "example_model_solutions.jsonl"
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    same = total = 0
    truth = {}
    for item in items:
        found = extract_answer(item["ground_truth"], "number")
        truth[item["question"]] = found.value if found else None
        solutions = [value for value in item.values() if isinstance(value, dict)]
        _, answers = extract_answers([solution["solution"] for solution in solutions])
        for solution, answer in zip(solutions, answers, strict=True):
            total += 1
            right = answer is not None and answer.value == truth[item["question"]]
            same += right == solution["is_correct"]
    yield f"extraction agrees with is_correct, {total:,} solutions", f"{same / total:.4f}"
    results = list(find_consensus_batch(read_questions([path])))
    votes = [
        result.answer is not None
        and (found := extract_answer(result.answer, "number")) is not None
        and found.value == truth[result.question]
        for result in results
    ]
    yield (
        f"accuracy of the vote, {len(votes):,} questions",
        f"{statistics.fmean(votes):.4f}",
    )


def long_answers(folder: Path) -> Iterator[Row]:
    """Time for ten files of long answers, joined on the instruction."""
    files = sorted(path for path in folder.glob("*.json") if path.name != "judged.json")
    start = time.perf_counter()
    kinds = [result.kind for result in find_consensus_batch(read_questions(files))]
    seconds = time.perf_counter() - start
    yield (
        (
            f"{len(kinds)} questions × {len(files)} experts, "
            f"{kinds.count('text') + kinds.count('paraphrase')} as texts"
        ),
        f"{seconds:.1f} s",
    )


def word_errors(reference: list[str], words: list[str]) -> int:
    """Edit distance in words."""
    row = list(range(len(words) + 1))
    for i, x in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(words, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def transcripts(folder: Path) -> Iterator[Row]:
    """Word error rate of the medoid of seven transcripts of a recording."""
    lines = (folder / "crowdspeech-dev-other-gt.txt").read_text(encoding="utf-8").splitlines()
    truth = dict(line.split("\t") for line in lines)
    errors = words = 0
    for result in find_consensus_batch(
        read_questions([folder / "crowdspeech-dev-other-crowd.tsv"])
    ):
        reference = truth.get(result.question, "").split()
        if reference:
            said = "".join(
                char for char in (result.content or "").lower() if char.isalnum() or char in "' "
            )
            errors += word_errors(reference, said.split())
            words += len(reference)
    yield "word error rate of the medoid", f"{errors / words:.4f}"


PARTS: dict[str, list[Callable[[Path], Iterator[Row]]]] = {
    "truth-inference/duck": [lambda folder: plurality(folder, "answer.csv")],
    "truth-inference/dog": [lambda folder: plurality(folder, "answer.csv")],
    "mmlu-pro": [lambda folder: plurality(folder, "labels.csv"), reasoning],
    "gsm8k": [word_problems],
    "alpaca-eval": [long_answers],
    "crowdspeech": [transcripts],
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    add_write(parser)
    arguments = parser.parse_args()
    data = arguments.data
    report = Report("Quality", "`python bench/quality.py DATA --write`", write=arguments.write)
    report("| data | what | |")
    report("|---|---|---|")
    for name, parts in PARTS.items():
        if not (data / name).is_dir():
            report(f"| {name} | not here, left out | |")
            continue
        for part in parts:
            for what, figure in part(data / name):
                report(f"| {name} | {what} | {figure} |")
    report.save()


if __name__ == "__main__":
    main()
