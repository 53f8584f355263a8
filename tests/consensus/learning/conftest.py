"""A store of each sort; a PostgreSQL server of the tests' own where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from cotool import Store


def programs():
    """The folder with initdb and postgres, None where they are not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


@pytest.fixture(scope="session")
def postgres():
    """The URL of a server on loopback that ends with the tests."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with tempfile.TemporaryDirectory(prefix="cotool-pg-") as home:
        # The server refuses to run as root.
        user = {}
        if os.getuid() == 0:
            owner = pwd.getpwnam("nobody")
            user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            os.chown(home, owner.pw_uid, owner.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = f"{home}/data"
        environment = {**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"}
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", "cotool", "-A", "trust", "--no-sync"],
            check=True, capture_output=True, env=environment, cwd=home, **user,
        )  # fmt: skip
        server = subprocess.Popen(
            [folder / "postgres", "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
             "-c", f"unix_socket_directories={home}", "-c", "fsync=off",
             "-c", "max_connections=250"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=home, **user,
        )  # fmt: skip
        try:
            ready = [folder / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"]
            for _ in range(200):
                if subprocess.run(ready, check=False).returncode == 0:
                    break
                try:
                    server.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
                pytest.fail("the PostgreSQL server did not start")
            yield f"postgresql://cotool@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture(params=["sqlite", "postgres"])
def target(request, tmp_path):
    """Where an empty store may be made, in a file and on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "experts.db")
    psycopg = pytest.importorskip("psycopg", reason="needs cotool[postgres]")
    url = request.getfixturevalue("postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS schema_version, record, question")
    return url


@pytest.fixture
def store(target):
    """An empty store."""
    with Store(target) as opened:
        yield opened
