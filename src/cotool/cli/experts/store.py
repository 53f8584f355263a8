"""What the commands of `cotool experts` share: the store, and what is said about it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError, nearest
from cotool.io.json_documents import read_document
from cotool.text import json_visible, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cotool.consensus.learning.learned import Learned
    from cotool.consensus.learning.merging import StoreContent
    from cotool.consensus.learning.remembered import Remembered
    from cotool.consensus.learning.store import Store


def question_form(row: Remembered) -> dict[str, Any]:
    """Return the JSON of a question."""
    return {**asdict(row), "truth": row.truth and " or ".join(row.accepted)}


def scores_of(given: Sequence[str]) -> dict[str, float]:
    """The scores by expert. Raises InputError."""
    from cotool.consensus.read.gold import parse_score

    found: dict[str, float] = {}
    for text in given:
        expert, sign, number = text.rpartition("=")
        if not (expert.strip() and sign):
            raise InputError(f"expected EXPERT=NUMBER, got {text!r}", parameter="score")
        found[expert.strip()] = parse_score(number.strip(), f"--score {expert.strip()}")
    return found


def verdict(one: Remembered) -> str:
    """Say who is right; if nobody is, what was answered."""
    ballot, right = one.judged() or (one.ballot(), "")
    given = sorted(ballot.votes.items())
    experts = [name for name, value in given if value == right]
    if not experts:
        answers = ", ".join(f"{name} {value}" for name, value in given)
        return f"{right} is right, which nobody answered: {answers}"
    wrong = [name for name, value in given if value != right]
    others = f"; not {', '.join(wrong)}" if wrong else ""
    return f"{right} is right: {', '.join(experts)}{others}"


def read_other(name: str) -> StoreContent:
    """Read a store, or a file written by export."""
    from cotool.consensus import Store
    from cotool.consensus.learning.merging import StoreContent

    path = Path(name)
    if path.is_file():
        with path.open("rb") as stream:
            if not stream.read(16).startswith(b"SQLite format 3"):
                return StoreContent(name, *read_export(name))
    with Store(name, create=False) as opened:
        return StoreContent(name, known(opened), reversed(opened.questions()))


def read_export(file: str) -> tuple[Learned, list[Remembered]]:
    """Return what a file written by export holds. Raises InputError."""
    from cotool.consensus.learning.exchange import imported

    return imported(read_document(file, hint="give a file written by export"), file)


def open_store(store: str | None, *, create: bool = False) -> Store:
    """Open the store, the user's own by default."""
    from cotool.cli.shared.settings import store_path
    from cotool.consensus import Store

    return Store(store_path(store), create=create)


def known(opened: Store) -> Learned:
    """Return what was learned. Raises InputError if that is nothing."""
    learned = opened.read()
    if not learned.experts:
        raise InputError(
            f"{opened.name}: nothing was learned yet",
            hint="cotool consensus FILES --learn --store PATH learns from agreement, "
            "--truth FILE from right answers",
        )
    return learned


def check_names(learned: Learned, names: Sequence[str]) -> None:
    """Raise InputError for an expert who is not known."""
    for name in names:
        if name not in learned.experts:
            near = nearest(name, learned.experts)
            hint = f"did you mean {near}?" if near else "cotool experts list shows all experts"
            raise InputError(f"no expert {name!r} is known", hint=hint)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is lost, unless `yes`. Raises InputError if the answer is no."""
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError(f"cannot ask for confirmation: {question}", hint="use --yes")
    print(f"{visible(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise InputError("nothing was changed")


def print_json(found: Mapping[str, Any]) -> None:
    """Print a JSON object."""
    print(json_visible(json.dumps(found, ensure_ascii=False, indent=2)))


def say(text: str) -> None:
    """Print a line on standard error."""
    print(f"cotool: {visible(text)}", file=sys.stderr)
