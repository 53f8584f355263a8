"""The store: what was learned, and the questions that feedback may still be given on.

Schema 2: `record` holds what was learned, a JSON value for each expert, pair, right answer, each
quadratic and the figures of the whole; `question` the questions seen, who answered what, what was
said and whether it was learned from. Every change is one transaction that reads, changes and
writes, one writer at a time, so no update is lost.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager

from cotool._typing import TYPE_CHECKING, Any, Self
from cotool.consensus.learning.database import Database, open_database
from cotool.consensus.learning.exchange import (
    dump,
    learned_from,
    records_of,
    without_weights,
)
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.remembered import ACCEPTED, Remembered, clean
from cotool.consensus.learning.schema import MIGRATIONS, VERSION
from cotool.errors import UPDATE, InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

# How many of the latest questions are remembered. A forgotten question cannot be judged, and would
# be learned from again.
MOST_QUESTIONS = 100_000
# Questions from which the weights of a store of version 1 are learned again, the latest ones.
MOST_RELEARNED = 10_000
# Parameters of one SELECT … IN.
_MANY = 500


class Store:
    """What was learned of experts, in a file (`target` is a path) or in PostgreSQL (a URL).

    Raises StoreError if it cannot be opened, is not a store, is damaged, or was written by a newer
    version of cotool; then it is left unchanged.
    """

    def __init__(self, target: str, *, create: bool = True) -> None:
        self._database: Database = open_database(target, create=create)
        self.name = self._database.name
        try:
            self._check()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # ---- schema ----------------------------------------------------------------------------

    def version(self) -> int:
        """The version of the schema, 0 if there is none yet."""
        if not self._exists():
            return 0
        return int(self._database.query("SELECT MAX(version) FROM schema_version")[0][0] or 0)

    def _exists(self) -> bool:
        return "schema_version" in self._database.tables()

    def _check(self) -> None:
        version = self.version()
        if version > VERSION:
            raise StoreError(
                f"{self.name}: is a store of version {version}; this cotool knows {VERSION}",
                hint="upgrade cotool; the store was not changed",
            )
        if version == 0 and not self._database.shared and self._database.tables():
            raise StoreError(
                f"{self.name}: is not a store of cotool",
                hint="it was not changed; give another store",
            )

    def _migrate(self) -> None:
        """Bring the schema up to date, within a transaction."""
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, "
            "applied_at TEXT NOT NULL)"
        )
        done = self._database.query("SELECT MAX(version) FROM schema_version")[0][0] or 0
        if done > VERSION:
            raise StoreError(f"{self.name}: was upgraded meanwhile", hint=UPDATE)
        for version in range(done + 1, VERSION + 1):
            for statement in MIGRATIONS[version - 1]:
                self._database.execute(statement)
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._database.execute("INSERT INTO schema_version VALUES (?, ?)", [(version, now)])

    # ---- reading ---------------------------------------------------------------------------

    def read(self) -> Learned:
        """What was learned so far; nothing if the store is new."""
        with self._database.reading():
            return self._load() if self._exists() else Learned()

    def _load(self) -> Learned:
        rows = self._database.query("SELECT kind, name, value FROM record")
        records = ((kind, name, json.loads(value)) for kind, name, value in rows)
        old = self.version() == 1
        try:
            learned = learned_from(without_weights(records) if old else records)
        except StoreError as error:
            raise StoreError(f"{self.name}: {error}", hint=error.hint) from None
        if not old:
            return learned
        kept = self.questions(limit=MOST_RELEARNED)[::-1]
        learned.relearn(
            [one.ballot() for one in kept if one.agreed and one.ballot().votes],
            [judged for one in kept if (judged := one.judged())],
        )
        return learned

    def is_new(self) -> bool:
        """Whether nothing was learned yet."""
        if not self._exists():
            return True
        return not self._database.query("SELECT 1 FROM record WHERE kind = ? LIMIT 1", ("whole",))

    def settings(self) -> dict[str, Any]:
        """Settings that the store keeps, such as `half_life`."""
        if not self._exists():
            return {}
        rows = self._database.query("SELECT name, value FROM record WHERE kind = ?", ("setting",))
        return {name: json.loads(value) for name, value in rows}

    def questions(
        self, *, judged: bool | None = None, limit: int = MOST_QUESTIONS
    ) -> list[Remembered]:
        """The remembered questions, the latest first; optionally only those (not) judged."""
        if not self._exists():
            return []
        where = {None: "", True: " WHERE truth IS NOT NULL", False: " WHERE truth IS NULL"}[judged]
        return [
            _remembered(row)
            for row in self._database.query(f"{_SELECT}{where} ORDER BY place DESC LIMIT {limit:d}")
        ]

    def remembered(self, ids: Sequence[str]) -> dict[str, Remembered]:
        """The remembered ones among these questions."""
        return _those(self._database, ids) if self._exists() else {}

    def find(self, question: str) -> Remembered:
        """The question with this id, or else this text, or else the only one that begins like this.

        Raises InputError if there is none, or several.
        """
        if not self._exists():
            raise InputError(
                f"no question {question!r}: nothing was seen yet",
                hint="a store remembers the questions that are answered with it",
            )
        for where, value in (
            ("id = ?", question),
            ("text = ?", question),
            ("SUBSTR(id, 1, ?) = ?", question),
            ("SUBSTR(text, 1, ?) = ?", question),
        ):
            parameters = (len(value), value) if "SUBSTR" in where else (value,)
            rows = self._database.query(
                f"{_SELECT} WHERE {where} ORDER BY place DESC LIMIT 4", parameters
            )
            if len(rows) == 1 or (rows and where == "text = ?"):
                return _remembered(rows[0])
            if rows:
                names = ", ".join(repr(row[0]) for row in rows[:3])
                raise InputError(
                    f"several questions begin with {question!r}: {names} …",
                    hint="give the complete id",
                )
        raise InputError(
            f"no question {question!r} is remembered",
            hint="cotool experts questions lists them; use an id or a text",
        )

    # ---- writing ---------------------------------------------------------------------------

    @contextmanager
    def changing(self) -> Iterator[StoreChange]:
        """One transaction: what is learned within it is written completely or not at all."""
        with self._database.writing():
            version = self.version()
            learned = self._load() if version else Learned()
            self._migrate()
            change = StoreChange(self._database, learned, is_new=version < VERSION)
            yield change
            change.write()

    def reset(self) -> None:
        """Forget everything."""
        with self._database.writing():
            self._migrate()
            self._database.execute("DELETE FROM record")
            self._database.execute("DELETE FROM question")


_COLUMNS = "id, text, topic, votes, kind, said, truth, scores, agreed"
_SELECT = f"SELECT {_COLUMNS} FROM question"  # noqa: S608 - a constant
_UPSERT_RECORD = (
    "INSERT INTO record (kind, name, value) VALUES (?, ?, ?) "
    "ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value"
)
_UPSERT_QUESTION = (
    f"INSERT INTO question ({_COLUMNS}, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 - constants
    "ON CONFLICT (id) DO UPDATE SET text = excluded.text, topic = excluded.topic, "
    "votes = excluded.votes, kind = excluded.kind, said = excluded.said, truth = excluded.truth, "
    "scores = excluded.scores, agreed = excluded.agreed, place = excluded.place"
)


class StoreChange:
    """What one transaction changes: `learned`, and questions that are remembered."""

    def __init__(self, database: Database, learned: Learned, *, is_new: bool = False) -> None:
        self._database = database
        self.learned = learned
        before = () if is_new else records_of(learned)
        self._before = {(kind, name): dump(value) for kind, name, value in before}

    def remembered(self, ids: Sequence[str]) -> dict[str, Remembered]:
        """The remembered ones among these questions."""
        return _those(self._database, ids)

    def remember(self, questions: Iterable[Remembered]) -> None:
        """Write questions; the oldest beyond MOST_QUESTIONS are forgotten."""
        (last,) = self._database.query("SELECT MAX(place) FROM question")
        place = last[0] or 0
        rows = []
        for place, one in enumerate(questions, place + 1):  # noqa: B020 - goes on
            rows.append(
                (
                    one.id,
                    one.text,
                    one.topic,
                    dump(one.votes),
                    f"{one.kind}{ACCEPTED}{one.unit}" if one.unit else one.kind,
                    None if one.said is None else clean(one.said),
                    None if one.truth is None else clean(one.truth),
                    dump(one.scores) if one.scores else None,
                    int(one.agreed),
                    place,
                )
            )
        if rows:
            self._database.execute(_UPSERT_QUESTION, rows)
            self._database.execute(
                "DELETE FROM question WHERE place <= ?", [(rows[-1][-1] - MOST_QUESTIONS,)]
            )

    def replace(self, learned: Learned, questions: Iterable[Remembered]) -> None:
        """Hold this instead, of what was learned and of questions; settings stay."""
        self.learned = learned
        self._database.execute("DELETE FROM question")
        self.remember(questions)

    def texts(self, limit: int) -> list[str]:
        """The texts of the latest questions without a topic."""
        rows = self._database.query(
            f"SELECT text FROM question WHERE topic = '' ORDER BY place DESC LIMIT {limit:d}"  # noqa: S608
        )
        return [text for (text,) in rows]

    def setting(self, name: str) -> Any:
        """A setting, None if it was never set."""
        rows = self._database.query(
            "SELECT value FROM record WHERE kind = ? AND name = ?", ("setting", name)
        )
        return json.loads(rows[0][0]) if rows else None

    def set(self, name: str, value: object) -> None:
        """Keep a setting."""
        _write_records(self._database, [("setting", name, value)])

    def write(self) -> None:
        """Write the records that changed, and drop those that are gone."""
        changed = []
        left = dict(self._before)
        for kind, name, value in records_of(self.learned):
            text = dump(value)
            if left.pop((kind, name), None) != text:
                changed.append((kind, name, text))
        if changed:
            self._database.execute(_UPSERT_RECORD, changed)
        if left:
            self._database.execute("DELETE FROM record WHERE kind = ? AND name = ?", list(left))


def _those(database: Database, ids: Sequence[str]) -> dict[str, Remembered]:
    """The remembered ones among these questions, by id."""
    found: dict[str, Remembered] = {}
    for first in range(0, len(ids), _MANY):
        some = tuple(ids[first : first + _MANY])
        marks = ", ".join("?" * len(some))
        for row in database.query(f"{_SELECT} WHERE id IN ({marks})", some):
            found[row[0]] = _remembered(row)
    return found


def _remembered(row: Sequence[Any]) -> Remembered:
    kind, _, unit = row[4].partition(ACCEPTED)
    try:
        return Remembered(
            id=row[0],
            text=row[1],
            topic=row[2],
            votes=json.loads(row[3]),
            kind=kind,
            unit=unit,
            said=row[5],
            truth=row[6],
            scores=json.loads(row[7]) if row[7] else {},
            agreed=bool(row[8]),
        )
    except (TypeError, ValueError) as error:
        raise StoreError(f"question {row[0]!r} cannot be read: {error}") from None


def _write_records(database: Database, records: Iterable[tuple[str, str, Any]]) -> None:
    database.execute(_UPSERT_RECORD, [(kind, name, dump(value)) for kind, name, value in records])
