"""The schema of the store, and how it came to be."""

from __future__ import annotations

# Each entry takes a store to the next version; entries are only ever added.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE record (
            kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, name)
        )""",
        """CREATE TABLE question (
            id TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL, topic TEXT NOT NULL,
            votes TEXT NOT NULL, kind TEXT NOT NULL, said TEXT, truth TEXT, scores TEXT,
            agreed INTEGER NOT NULL, place BIGINT NOT NULL
        )""",
        "CREATE INDEX question_place ON question (place)",
    ),
    # Records are read before this and written again after it (`Store.changing`).
    ("DELETE FROM record WHERE kind <> 'setting'",),
)
VERSION = len(MIGRATIONS)
SCHEMA = f"cotool.experts/{VERSION}"
