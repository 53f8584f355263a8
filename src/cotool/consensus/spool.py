"""The join: responses in any order become questions, on disk, in order of first appearance."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cotool.consensus.model import Question, Response
from cotool.consensus.responses import join_text, make_question
from cotool.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH = 1000

# `by_text` joins records without an id; `file` is the label of a file whose record names no
# expert; a question without responses is a row whose content is null.
_TABLE = """
CREATE TABLE answer (
    by_id BLOB, by_text BLOB, id TEXT, question TEXT, content TEXT, expert TEXT, confidence REAL,
    timestamp REAL, metadata TEXT, embedding TEXT, place TEXT, file TEXT
)"""
_INSERT = "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# A record that has only its text goes to the first question with an id that has the same text.
_ADOPT = """
UPDATE answer SET by_id = named.by_id FROM (
    SELECT by_text, by_id, MIN(rowid) FROM answer
    WHERE by_id IS NOT NULL AND by_text IS NOT NULL GROUP BY by_text
) AS named WHERE answer.by_id IS NULL AND answer.by_text = named.by_text"""
# Only row numbers are sorted; the answers are then fetched in that order.
_ORDER = """
CREATE TABLE ordered AS SELECT first, row FROM (
    SELECT rowid AS row, MIN(rowid) OVER (PARTITION BY COALESCE(by_id, by_text)) AS first
    FROM answer
) ORDER BY first, row"""
_SELECT = """
SELECT first, id, question, content, expert, confidence, timestamp, metadata, embedding, place, file
FROM ordered JOIN answer ON answer.rowid = ordered.row ORDER BY ordered.rowid"""


class Spool:
    """A private database that spills to a temporary file, so memory stays the same at any size."""

    def __init__(self) -> None:
        # A generator may be consumed in another thread than the one that began it.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA cache_size = -16384")
        self._database.execute(_TABLE)
        self._rows: list[tuple[Any, ...]] = []

    def add(
        self,
        question_id: str | None,
        text: str | None,
        responses: tuple[Response, ...],
        label: str | None = None,
    ) -> None:
        """Take responses to the question with this id, or with this text where it has no id.

        `label` names the expert of a response without a name, where it is the only such response
        of its label to the question.
        """
        by_id = None if question_id is None else _digest("id", question_id)
        by_text = None if text is None else _digest("text", text)
        for answer in responses:
            self._rows.append(
                (
                    by_id, by_text, question_id, text, answer.content, answer.expert_name,
                    answer.confidence, answer.timestamp, _json(answer.metadata, answer.where),
                    _json(answer.embedding, answer.where), answer.where,
                    None if answer.expert_name else label,
                )
            )  # fmt: skip
        if not responses:
            self._rows.append((by_id, by_text, question_id, text, *(None,) * 8))
        if len(self._rows) >= _BATCH:
            self._flush()

    def questions(self) -> Iterator[Question]:
        """Yield the questions in the order in which they appeared, and forget them."""
        with closing(self._database) as database:
            self._flush()
            database.execute(_ADOPT)
            database.execute(_ORDER)
            for _, rows in groupby(database.execute(_SELECT), key=itemgetter(0)):
                yield _question(list(rows))

    def _flush(self) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(_INSERT, self._rows)
        self._database.execute("COMMIT")
        self._rows.clear()


def _digest(kind: str, text: str) -> bytes:
    return blake2b(f"{kind}:{join_text(text)}".encode(), digest_size=16).digest()


def _json(value: object, where: str) -> str | None:
    if not value:
        return None
    try:
        return json.dumps(value, default=str)
    except RecursionError:
        raise InputError(f"{where}: is nested too deeply") from None


def _question(rows: list[tuple[Any, ...]]) -> Question:
    ids = [row[1] for row in rows if row[1] is not None]
    texts = [row[2] for row in rows if row[2] is not None]
    labels = [row[10] for row in rows]
    answers = (
        Response(
            content,
            expert or (label if label is not None and labels.count(label) == 1 else ""),
            confidence,
            timestamp,
            {} if metadata is None else json.loads(metadata),
            None if embedding is None else tuple(json.loads(embedding)),
            where,
        )
        for *_, content, expert, confidence, timestamp, metadata, embedding, where, label in rows
        if content is not None
    )
    text = texts[0] if texts else ""
    return make_question(ids[0] if ids else join_text(text), text, answers)
