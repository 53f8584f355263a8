"""How good the answers are, on public data that is not part of the project.

    python bench/quality.py DATA [--write]

DATA is a folder with truth-inference/, mmlu-pro/, gsm8k/, alpaca-eval/ and crowdspeech/ (see the
sites of the data sets). Rows without the word “learned” are run as a user would run them: files in,
no options, no right answers. Rows that learn are tested on questions that were not learned from,
over SEEDS random splits: mean ± standard deviation. The script prints a Markdown table and skips
absent data sets with a message.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import statistics
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cotool import Gold, Learning, Store, find_consensus_batch, read_gold
from cotool.consensus.extract.extraction import extract_answer, extract_answers
from cotool.consensus.extract.right_answers import read_right
from cotool.consensus.read.readers import read_questions
from cotool.consensus.truth.comparison import compare_methods
from cotool.consensus.truth.scores import auroc, calibration_error
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cotool.consensus.model import Consensus, Question

Row = tuple[str, str]

# Random splits of the known answers into those to learn from and those to test on.
SEEDS = 5


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


def inference(folder: Path, labels: str) -> Iterator[Row]:
    """Accuracy of each method of truth inference, without any right answer."""
    scores = compare_methods(read_questions([folder / labels]), read_gold(folder / "truth.csv"))
    for score in scores:
        if score.accuracy is not None:
            yield f"accuracy of {score.method}", f"{score.accuracy:.4f}"


def split(known: list[str], count: int, seed: int) -> tuple[set[str], set[str]]:
    """Questions to learn from, and the others."""
    shuffled = random.Random(seed).sample(known, len(known))
    return set(shuffled[:count]), set(shuffled[count:])


def spread(values: list[float]) -> str:
    """Mean and standard deviation."""
    return f"{statistics.fmean(values):.4f} ± {statistics.pstdev(values):.4f}"


def is_right(result: Consensus, truth: str) -> bool:
    """Whether the answer equals the right one."""
    said = [(value, value) for value in result.answers if value is not None]
    return result.answer in read_right([truth], result.kind, result.question, said).values


def learned(
    questions: list[Question], right: dict[str, str], counts: tuple[int, ...]
) -> Iterator[Row]:
    """Accuracy and calibration on the others after this many right answers; each in a new store."""
    known = sorted(right)
    for count in counts:
        hits, errors, areas = [], [], []
        for seed in range(SEEDS):
            taught, tested = split(known, count, seed)
            gold = Gold({name: right[name] for name in taught})
            with tempfile.TemporaryDirectory() as place, Store(f"{place}/experts.db") as store:
                how = Learning(learn=True, gold=gold)
                results = list(find_consensus_batch(questions, store=store, learning=how))
            results = [one for one in results if one.id in tested and one.answer is not None]
            good = [is_right(one, right[one.id]) for one in results]
            hits.append(statistics.fmean(good))
            stated = [one.confidence or 0.0 for one in results]
            errors.append(calibration_error(stated, good))
            areas.append(auroc(stated, good) or 0.0)
        yield f"accuracy, {count} right answers learned", spread(hits)
        if count >= 200:
            yield f"calibration error after {count}", spread(errors)
            yield f"AUROC after {count}", spread(areas)


def learned_labels(folder: Path) -> Iterator[Row]:
    """Learning from 20 to 1,000 right answers."""
    questions = list(read_questions([folder / "labels.csv"]))
    right = column(folder / "truth.csv", "question", "truth")
    yield from learned(questions, right, (20, 50, 200, 1000))


def learned_numbers(folder: Path) -> Iterator[Row]:
    """Learning from 5 and 20 right numbers."""
    path = folder / "example_model_solutions.jsonl"
    right = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        found = extract_answer(item["ground_truth"], "number")
        if found:
            right[item["question"]] = found.value
    questions = [replace(one, id=one.text) for one in read_questions([path])]
    yield from learned(questions, right, (5, 20))


def judged(folder: Path) -> Iterator[Row]:
    """Judged score of the texts chosen after 5 and 20 judged questions, of the best expert's."""
    form = json.loads((folder / "judged.json").read_text(encoding="utf-8"))
    wins = form["win"]
    files = sorted(path for path in folder.glob("*.json") if path.name != "judged.json")
    questions = [one for one in read_questions(files) if one.text in set(form["instructions"])]
    place = {text: k for k, text in enumerate(form["instructions"])}
    known = sorted(place)
    for count in (5, 20):
        shares = []
        for seed in range(SEEDS):
            taught, tested = split(known, count, seed)
            scores = {
                text: {name: wins[name][place[text]] for name in wins} for text in sorted(taught)
            }
            asked = [one for one in questions if one.text in taught]
            rest = [one for one in questions if one.text in tested]
            with tempfile.TemporaryDirectory() as home, Store(f"{home}/experts.db") as store:
                how = Learning(learn=True, gold=Gold(scores=scores))
                list(find_consensus_batch(asked, store=store, learning=how))
                # The pick alone matters here, so the texts are cut: it rests on the record.
                short = [
                    replace(
                        one,
                        responses=tuple(
                            replace(own, content=own.content[:200] or "-") for own in one.responses
                        ),
                    )
                    for one in rest
                ]
                results = list(find_consensus_batch(short, store=store, method="centre"))
            got = sum(wins[one.expert][place[one.question]] for one in results)
            best = max(sum(wins[name][place[one.question]] for one in results) for name in wins)
            shares.append(got / best)
        yield f"judged score of the pick after {count}, of the best expert's", spread(shares)


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


def transcripts(folder: Path, method: str, what: str) -> Iterator[Row]:
    """Word error rate over seven transcripts of a recording each."""
    lines = (folder / "crowdspeech-dev-other-gt.txt").read_text(encoding="utf-8").splitlines()
    truth = dict(line.split("\t") for line in lines)
    errors = words = 0
    for result in find_consensus_batch(
        read_questions([folder / "crowdspeech-dev-other-crowd.tsv"]), method=method
    ):
        reference = truth.get(result.question, "").split()
        if reference:
            text = (result.answer if method == "rover" else result.content) or ""
            said = "".join(char for char in text.lower() if char.isalnum() or char in "' ")
            errors += word_errors(reference, said.split())
            words += len(reference)
    yield f"word error rate of {what}", f"{errors / words:.4f}"


PARTS: dict[str, list[Callable[[Path], Iterator[Row]]]] = {
    "truth-inference/duck": [partial(plurality, labels="answer.csv"),
                             partial(inference, labels="answer.csv")],
    "truth-inference/dog": [partial(plurality, labels="answer.csv"),
                            partial(inference, labels="answer.csv")],
    "mmlu-pro": [partial(plurality, labels="labels.csv"), partial(inference, labels="labels.csv"),
                 learned_labels, reasoning],
    "gsm8k": [word_problems, learned_numbers],
    "alpaca-eval": [long_answers, judged],
    "crowdspeech": [partial(transcripts, method="auto", what="the medoid"),
                    partial(transcripts, method="rover", what="the synthesis (ROVER)")],
}  # fmt: skip


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
