"""A Dask cluster of real processes on loopback; none outlives its test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# What a worker does at its start, by name: how tasks on logs are slowed, or kill.
_PRELOADS = {
    "slow": """
import time
def wrap(task): time.sleep(0.15)
""",
    "poisoned": """
import os, signal
def wrap(task):
    if "poison" in repr(task): os.kill(os.getpid(), signal.SIGKILL)
""",
}
_WRAP = """
def dask_setup(worker):
    import cotool.logs.scan.cluster as spread
    done = spread.scan_task
    def scan_task(task, options):
        wrap(task)
        return done(task, options)
    spread.scan_task = scan_task
"""
_OTHER_VERSION = """
def dask_setup(worker):
    import cotool.version
    cotool.version.__version__ = "0.0.9"
"""
_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "passive",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",  # 3 take longer
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",  # it works even if nothing else does
}
_PATIENCE = 30


class Cluster:
    """A scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen] = []
        self.workers: list[subprocess.Popen] = []
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", str(self.file),
        )  # fmt: skip
        wait_until(lambda: address_in(self.file))
        self.address = address_in(self.file)

    def add_worker(self, preload: str | None = None, *, restarts: bool = False) -> subprocess.Popen:
        """Start a worker of one thread; where it `restarts`, another process watches over it."""
        options = []
        if preload is not None:
            path = self.folder / f"{preload}.py"
            text = _OTHER_VERSION if preload == "older" else _PRELOADS[preload] + _WRAP
            path.write_text(text)
            options = ["--preload", str(path)]
        worker = self._start(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard",
            "--local-directory", str(self.folder), "--death-timeout", str(_PATIENCE),
            "--nanny" if restarts else "--no-nanny", *options,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def _start(self, *arguments: str) -> subprocess.Popen:
        log = (self.folder / "cluster.log").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **_ENVIRONMENT},
            )
        self._processes.append(process)
        return process

    def close(self) -> None:
        """End every process that was started, and those that they started."""
        for process in reversed(self._processes):
            kill(process)


def address_in(file: Path) -> str | None:
    """Return the address in a scheduler file; None until the scheduler has written it whole."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(file.read_text())["address"]
    return None


def kill(process: subprocess.Popen) -> None:
    """End a process and its children at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_PATIENCE)


def wait_until(condition) -> None:
    """Wait for a condition. Fails where it does not come true."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


@pytest.fixture
def new_cluster(tmp_path):
    """Start clusters of a scheduler without workers."""
    pytest.importorskip("distributed", reason="clusters need Dask")
    started = []

    def start() -> Cluster:
        folder = tmp_path / f"cluster-{len(started)}"
        folder.mkdir()
        started.append(Cluster(folder))
        return started[-1]

    yield start
    for cluster in started:
        cluster.close()


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """A cluster of two workers that tests share and do no harm to."""
    pytest.importorskip("distributed", reason="clusters need Dask")
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.add_worker()
    cluster.add_worker()
    yield cluster
    cluster.close()
