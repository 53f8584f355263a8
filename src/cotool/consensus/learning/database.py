"""Where the store is kept: SQLite in a file, or PostgreSQL. One interface, the same SQL."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cotool._typing import Any, Protocol
from cotool.errors import MissingExtraError, StoreError

# How long a writer waits for the others (seconds): 100 of them that learn at once take turns.
PATIENCE = 60.0
POSTGRES = ("postgresql://", "postgres://")


class Database(Protocol):
    """A database that is open. Statements have ``?`` for each parameter."""

    name: str
    # Whether others keep tables of their own in it.
    shared: bool

    def tables(self) -> set[str]:
        """Names of the tables."""

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows."""

    def execute(self, statement: str, rows: Iterable[tuple[Any, ...]] = ((),)) -> None:
        """Execute a statement once for each row of parameters."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; no other writer is in one at the same time."""
        yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent view of the data, even while others write."""
        yield

    def close(self) -> None:
        """Close the database."""


def open_database(target: str, *, create: bool = True) -> Database:
    """Open the database at a path or a URL; without `create` a file must exist.

    Raises StoreError if it cannot be opened, MissingExtraError if its driver is missing.
    """
    if target.startswith(POSTGRES):
        return _Postgres(target)
    return _SQLite(target, create=create)


class _SQLite:
    """A file, in WAL mode: readers and one writer do not wait for each other."""

    shared = False

    def __init__(self, target: str, *, create: bool) -> None:
        self.name = target
        self._path = Path(target)
        self._opened: sqlite3.Connection | None = None
        if "\0" in target:
            raise StoreError("the path of the store has a zero byte", hint="give a file")
        if self._path.is_dir():
            raise StoreError(f"{target}: is a folder", hint="give a file")
        if not create and not self._path.exists():
            raise StoreError(
                f"{target}: there is no store",
                hint="check the path; a run of consensus with `learn` begins a store",
            )
        nearest = next(parent for parent in self._path.absolute().parents if parent.exists())
        if not nearest.is_dir():
            raise StoreError(f"{target}: {nearest} is not a folder", hint="give another file")
        if self._path.exists():
            # Reads the header: another kind of file is reported before anything is written.
            self.query("PRAGMA schema_version")

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"{self.name}: {error.strerror}") from None
            self._opened = sqlite3.connect(
                self.name, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            self._opened.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        return self._opened

    def tables(self) -> set[str]:
        # The first change creates the file; reading does not.
        if self._opened is None and not self._path.exists():
            return set()
        rows = self.query("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows}

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._errors():
            return self._connection().execute(statement, parameters).fetchall()

    def execute(self, statement: str, rows: Iterable[tuple[Any, ...]] = ((),)) -> None:
        with self._errors():
            self._connection().executemany(statement, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._errors():
            connection = self._connection()
            # Kept by the file, so it is set once; it cannot be set within a transaction.
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        with self._errors():
            connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[None]:
        if not self.tables():
            yield
            return
        with self._errors():
            self._connection().execute("BEGIN")
        try:
            yield
        finally:
            self._connection().execute("ROLLBACK")

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if _has_no_space(self._path, error):
                raise StoreError(
                    f"{self.name}: {os.strerror(errno.ENOSPC)}",
                    hint="nothing was changed; reading needs a little space beside the file, too",
                ) from None
            hint = {
                "database is locked": "another process has been writing to it for a minute",
                "file is not a database": "the file was not changed; give another",
                "database disk image is malformed": "the file is damaged and left as it is; "
                "restore a copy, or name another",
                "attempt to write a readonly database": "the file or its folder is read-only",
            }.get(str(error), "give another file")
            raise StoreError(f"{self.name}: {error}", hint=hint) from None


# A full disk is an "I/O error" if it is the shared memory of SQLite that finds no space.
_LEAST_SPACE = 64 << 10  # bytes


def _has_no_space(path: Path, error: Exception) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return True
    if not name.startswith("SQLITE_IOERR"):
        return False
    try:
        space = os.statvfs(path.absolute().parent)
    except OSError:
        return False
    return space.f_bavail * space.f_frsize < _LEAST_SPACE


class _Postgres:
    """A server. Writers take turns by an advisory lock; statements are not prepared on it."""

    # The number of the lock: "cotool" in ASCII.
    LOCK = 0x636F746F6F6C
    shared = True

    def __init__(self, target: str) -> None:
        try:
            import psycopg
            import psycopg_pool
        except ImportError:
            raise MissingExtraError(
                "a store in PostgreSQL needs psycopg and its pool",
                hint="pip install 'cotool[postgres]'",
            ) from None
        self._failure = psycopg.Error
        self.name = _without_password(target)
        self._connection: Any = None
        # Prepared statements belong to a server's session, which PgBouncer gives to other clients.
        self._pool: Any = psycopg_pool.ConnectionPool(
            target,
            min_size=1,
            max_size=4,
            open=False,
            timeout=PATIENCE,
            kwargs={"prepare_threshold": None, "autocommit": True, "connect_timeout": 10},
        )
        import logging

        # The pool logs every attempt; the error that ends them says what is wrong.
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        try:
            with psycopg.connect(target, connect_timeout=10, prepare_threshold=None):
                pass
            self._pool.open()
        except psycopg.Error as error:
            raise StoreError(
                f"{self.name}: {_line(error)}",
                hint="check that the server is running and the URL is right",
            ) from None

    def tables(self) -> set[str]:
        rows = self.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        return {name for (name,) in rows}

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._errors(), self._connected() as connection:
            return list(connection.execute(_numbered(statement), parameters).fetchall())

    def execute(self, statement: str, rows: Iterable[tuple[Any, ...]] = ((),)) -> None:
        with self._errors(), self._connected() as connection, connection.cursor() as cursor:
            cursor.executemany(_numbered(statement), list(rows))

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._transaction("BEGIN"):
            self.query("SELECT pg_advisory_xact_lock(?)", (self.LOCK,))
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._errors(), self._pool.connection() as connection:
            connection.execute(begin)
            self._connection = connection
            try:
                yield
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            finally:
                self._connection = None
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        if self._connection is not None:
            yield self._connection
            return
        with self._pool.connection() as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except self._failure as error:
            raise StoreError(
                f"{self.name}: {_line(error)}", hint="the server refused; nothing was changed"
            ) from None


def _numbered(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


def _line(error: Exception) -> str:
    """The first line of the error, without the URL's password."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]


def _without_password(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
        user = f"{parts.username}@" if parts.username else ""
    except ValueError:
        return "postgresql://…"
    return f"{parts.scheme}://{user}{host}{port}{parts.path}"
