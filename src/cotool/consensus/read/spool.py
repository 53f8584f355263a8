"""The join: responses in any order become questions, on disk, in order of first appearance."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter

from cotool._typing import Any
from cotool.consensus.model import Question, Response
from cotool.consensus.read.questions import join_text, make_question
from cotool.errors import InputError
from cotool.io.json_stream import too_deep
from cotool.text import named, plural

_BATCH = 1000
# A question with more responses is a file that is misread, or one made to take long.
MOST_RESPONSES = 250_000
_NO_MORE: tuple[None, None, dict[str, Any], None, bool] = (None, None, {}, None, False)

# `by_text` joins records without an id; `more` are the fields that most answers do not have, in
# JSON; `label` is that of a file whose record names no expert. `alike` is the same for texts that
# differ in case and white space, and `file` the number of the file, if there are several. A
# question without responses is a row whose content is null.
_TABLE = """
CREATE TABLE answer (
    by_id BLOB, by_text BLOB, id TEXT, question TEXT, content TEXT, expert TEXT, more TEXT,
    place TEXT, label TEXT, alike BLOB, file INTEGER
)"""
_INSERT = "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Texts of several files that are alike are one question, unless one file has two of them.
_ALIKE = """
UPDATE answer SET by_text = one.by_text FROM (
    SELECT alike, by_text, MIN(rowid) FROM answer WHERE alike IS NOT NULL GROUP BY alike
    HAVING MIN(by_text) < MAX(by_text)
    AND COUNT(DISTINCT file) = COUNT(DISTINCT file || hex(by_text))
) AS one WHERE answer.alike = one.alike"""
# The numbers of a file whose ids are all like 1.0 are whole numbers.
_WHOLE = """
UPDATE answer SET by_id = digest(substr(id, 1, length(id) - 2)) WHERE file = ? AND id IS NOT NULL"""
_DECIMAL = re.compile(r"\d+\.0")
# The answers of a file are the texts of the questions.
_ASKED = """
UPDATE answer SET question = content, content = NULL, expert = NULL, more = NULL, place = NULL,
label = NULL WHERE file = ? AND content IS NOT NULL"""
# A record without an id joins the first question that has an id and the same text.
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
SELECT first, id, question, content, expert, more, place, label
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
        # Whether there are records with an id (False), without one (True), or both.
        self._kinds: set[bool] = set()
        # The question of the last record, and how many of the last responses are to it.
        self._last: bytes | None = None
        self._run = 0
        # Where the first question with several texts has two of them, and how many have several.
        self._unlike: tuple[str, str, str] | None = None
        self._unlikes = 0
        # The files by number, and whether all ids of each are like 1.0.
        self._files: dict[int, bool] = {}
        # Whether no question has answers of two experts.
        self._alone = True

    def add(
        self,
        question_id: str | None,
        text: str | None,
        responses: tuple[Response, ...],
        label: str | None = None,
        file: int | None = None,
    ) -> None:
        """Take responses to the question with this id, or with this text where it has no id.

        `label` names the expert of a response without a name, where it is the only such response
        of its label to the question; `file` is the number of the file, if there are several.
        Raises InputError beyond MOST_RESPONSES to one question, at once where they are in a row.
        """
        by_id = None if question_id is None else _digest(question_id)
        by_text = None if text is None else _digest(text)
        alike = None
        if file is not None:
            alike = _digest(_loosely(text)) if text else None
            if self._files.get(file, True) and question_id is not None:
                self._files[file] = _DECIMAL.fullmatch(question_id) is not None
            self._files.setdefault(file, False)
        self._kinds.add(by_id is None)
        key = by_id or by_text
        self._run = max(1, len(responses)) + (self._run if key == self._last else 0)
        self._last = key
        if self._run > MOST_RESPONSES:
            where = responses[-1].where if responses else ""
            raise _too_many(where or question_id or join_text(text or ""))
        self._rows += [
            (
                by_id, by_text, question_id, text, answer.content, answer.expert_name,
                _more(answer), answer.where, None if answer.expert_name else label, alike, file,
            )
            for answer in responses
        ]  # fmt: skip
        if not responses:
            self._rows.append((by_id, by_text, question_id, text, *(None,) * 5, alike, file))
        if len(self._rows) >= _BATCH:
            self._flush()

    def take_as_asked(self, file: int) -> None:
        """Make what a file holds the texts of the questions rather than answers."""
        self._flush()
        with _room():
            self._database.execute(_ASKED, (file,))

    def questions(self) -> Iterator[Question]:
        """Yield the questions in the order in which they appeared."""
        self._flush()
        with _room():
            self._join_alike()
            if len(self._kinds) == 2:
                self._database.execute(_ADOPT)
            self._database.execute(_ORDER)
            for _, rows in groupby(self._database.execute(_SELECT), key=itemgetter(0)):
                listed = list(islice(rows, MOST_RESPONSES + 1))
                if len(listed) > MOST_RESPONSES:
                    raise _too_many(listed[-1][7])
                self._compare(listed)
                if self._alone:
                    answered = (row for row in listed if row[3] is not None)
                    experts = {row[4] or n for n, row in enumerate(answered)}
                    self._alone = len(experts) < 2
                yield _question(listed)

    def _join_alike(self) -> None:
        """Join what files write differently: texts by case and blanks, whole ids as 1 and 1.0."""
        if len(self._files) < 2:
            return
        self._database.execute(_ALIKE)
        decimal = [file for file, is_decimal in self._files.items() if is_decimal]
        if 0 < len(decimal) < len(self._files):
            self._database.create_function("digest", 1, _digest, deterministic=True)
            self._database.executemany(_WHOLE, [(file,) for file in decimal])

    def _compare(self, rows: list[tuple[Any, ...]]) -> None:
        """Count a question that has several texts."""
        texts: dict[str, str] = {}
        for _, _, text, *_, where, _ in rows:
            if text:
                texts.setdefault(_loosely(text), where)
        if len(texts) > 1:
            self._unlikes += 1
            self._unlike = self._unlike or (rows[0][1], *islice(texts.values(), 2))

    def warnings(self) -> Iterator[str]:
        """Say how many questions that were joined by id have several texts, and if none joined."""
        if self._unlike is not None:
            name, one, other = self._unlike
            those = plural(self._unlikes, "question")
            yield (
                f"{those} joined by id, but with different texts, such as {name!r} ({one}; "
                f"{other}). Ids must be unique"
            )
        if self._alone and len(self._files) > 1:
            yield (
                "no question has answers of two experts: the files have no question in common. "
                "They are joined by the question's id, or by its text"
            )

    def counts(self) -> tuple[int, int]:
        """Return the number of questions and of experts, once questions are asked for."""
        asked = self._database.execute("SELECT COUNT(*) FROM ordered WHERE first = row")
        experts = self._database.execute(
            "SELECT COUNT(DISTINCT CASE expert WHEN '' THEN label ELSE expert END) FROM answer"
        )
        return asked.fetchone()[0], experts.fetchone()[0]

    def close(self) -> None:
        """Remove the database."""
        self._database.close()

    def _flush(self) -> None:
        with _room():
            self._database.execute("BEGIN")
            self._database.executemany(_INSERT, self._rows)
            self._database.execute("COMMIT")
        self._rows.clear()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise InputError(
            f"the temporary file that joins the responses: {error}",
            hint="name a folder with more space in SQLITE_TMPDIR",
        ) from None


def _too_many(where: str) -> InputError:
    return InputError(
        f"{where}: there are more than {MOST_RESPONSES:,} responses to one question",
        hint=f"if these are several questions, name the key or column: {named(question='KEY')}",
    )


def _digest(text: str) -> bytes:
    from cotool.io.digests import blake2b

    return blake2b(join_text(text).encode(), digest_size=16).digest()


def _loosely(text: str) -> str:
    """Return a text without what files write differently: case and white space."""
    return " ".join(join_text(text).split()).casefold()


def _more(answer: Response) -> str | None:
    more = (
        answer.confidence, answer.timestamp, answer.metadata, answer.embedding, answer.as_written
    )  # fmt: skip
    if more == _NO_MORE:
        return None
    with _shallow(answer.where):
        return json.dumps(more, default=str)


@contextmanager
def _shallow(where: str) -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise too_deep(where) from None


def _question(rows: list[tuple[Any, ...]]) -> Question:
    question_id = next((row[1] for row in rows if row[1] is not None), None)
    text = next((row[2] for row in rows if row[2] is not None), "")
    labels = Counter(row[7] for row in rows if row[7] is not None)
    answers = [
        _response(content, expert or (label if labels.get(label) == 1 else ""), more, where)
        for _, _, _, content, expert, more, where, label in rows
        if content is not None
    ]
    return make_question(question_id or join_text(text), text, answers)


def _response(content: str, expert: str, more: str | None, where: str) -> Response:
    if more is None:
        return Response(content, expert, where=where)
    with _shallow(where):
        confidence, timestamp, metadata, embedding, as_written = json.loads(more)
    vector = None if embedding is None else tuple(embedding)
    return Response(
        content, expert, confidence, timestamp, metadata, vector, where, as_written=as_written
    )
