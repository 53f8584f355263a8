"""Mixed load with failures, for as long as you like: nothing may be lost or changed.

    python bench/soak.py [--minutes 60] [--only store,follow,vault,cluster] [--folder DIR]

Each part repeats rounds until the time is over. In a round, the part does work, kills processes in
the middle of it, and compares what remains with what must remain:

- `store`: 100 writers in one store of experts, a fifth of them killed. Every writer that reported
  success is in the store exactly once, one that was killed at most once, and the store opens.
- `follow`: `analyze-logs --follow` reads logs that grow, and that are renamed, truncated and
  compressed meanwhile. It counts every line once, and its memory stays the same.
- `vault`: a tree of files is encrypted by processes that are killed. After `encrypt --update`, the
  restored tree equals the first one. A killed process may leave a hidden .part file, which is
  counted, and which nothing takes for a vault.
- `cluster`: logs are analysed on Dask workers that are killed. The result is that of one process.

Exit code 1 if anything was lost, with a line for each loss.
"""

from __future__ import annotations

import argparse
import contextlib
import filecmp
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 120
COTOOL = [sys.executable, "-m", "cotool"]


def cotool(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command of cotool to its end."""
    return subprocess.run(
        [*COTOOL, *map(str, arguments)], capture_output=True, text=True, check=False, **options
    )


def started(*arguments: str | Path, **options: object) -> subprocess.Popen[str]:
    """Start a command of cotool in a group of its own, which can be killed."""
    return subprocess.Popen(
        [*COTOOL, *map(str, arguments)],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, **options},
        text=True,
        start_new_session=True,
    )


def kill(process: subprocess.Popen) -> None:
    """Kill a process and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Part:
    """One kind of load; `losses` are sentences about what was lost."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.rounds = 0
        self.losses: list[str] = []
        self.facts: dict[str, object] = {}
        folder.mkdir()

    def run(self, until: float) -> None:
        """Repeat rounds until a moment of the monotonic clock."""
        while time.monotonic() < until and len(self.losses) < 20:
            try:
                self.round()
            except Exception as error:  # noqa: BLE001 - a loss like any other
                self.losses.append(f"round {self.rounds}: {type(error).__name__}: {error}")
            self.rounds += 1

    def expect(self, what: str, *, holds: bool) -> None:
        """Note a loss unless it `holds`."""
        if not holds:
            self.losses.append(f"round {self.rounds}: {what}")

    def round(self) -> None:
        """Work, kill, compare."""
        raise NotImplementedError


class Store(Part):
    """A hundred writers in one store; each learns questions of its own."""

    WRITERS, AT_A_TIME = 100, 10

    def round(self) -> None:
        """Let the writers learn, and count their questions afterwards."""
        store = self.folder / f"store-{self.rounds}.db"
        sure, perhaps = set(), set()
        for begin in range(0, self.WRITERS, self.AT_A_TIME):
            batch = {}
            for n in range(begin, begin + self.AT_A_TIME):
                answers = self.folder / f"answers-{n}.jsonl"
                rows = [
                    {"id": f"q{n}", "question": f"Question {n}?", "expert": who, "answer": what}
                    for who, what in (("a", "yes"), ("b", "yes"), ("c", "no"))
                ]
                answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
                batch[n] = started("consensus", answers, "--learn", "--store", store, "-q")
            doomed = self.random.sample(sorted(batch), self.AT_A_TIME // 5)
            time.sleep(self.random.uniform(0.05, 1.5))
            for n in doomed:
                kill(batch[n])
            for n, process in batch.items():
                with process:
                    process.communicate(timeout=PATIENCE)
                killed = process.returncode == -signal.SIGKILL
                self.expect(
                    f"writer {n} failed: {process.returncode}",
                    holds=killed or not process.returncode,
                )
                (perhaps if killed else sure).add(f"q{n}")
        listed = cotool("experts", "questions", "--limit", self.WRITERS, "--store", store, "--json")
        self.expect(f"the store does not open: {listed.stderr}", holds=not listed.returncode)
        known = [entry["id"] for entry in json.loads(listed.stdout)["questions"]]
        self.expect(f"lost {sorted(sure - set(known))}", holds=sure <= set(known))
        self.expect(
            f"invented {sorted(set(known) - sure - perhaps)}", holds=set(known) <= sure | perhaps
        )
        self.expect("a question is there twice", holds=len(known) == len(set(known)))
        self.facts["writers"] = int(self.facts.get("writers", 0)) + self.WRITERS
        store.unlink()


class Follow(Part):
    """A log that grows while it is followed, and is rotated in three ways."""

    LINES, ROTATIONS = 20_000, 6

    def round(self) -> None:
        """Write lines, rotate, stop, and compare the count."""
        log = self.folder / "app.log"
        for old in (*self.folder.glob("app.log*"), *self.folder.glob("records.*")):
            old.unlink()
        log.touch()
        seen = self.folder / "records.jsonl"
        process = started(
            "analyze-logs", log, "--follow", "--records", seen, "--json", "--templates", "off"
        )
        until(seen.exists)
        written, peaks = 0, []
        for turn in range(self.ROTATIONS):
            with log.open("a") as file:
                for _ in range(10):
                    lines = self.LINES // 10
                    for n in range(lines):
                        level = ("INFO", "WARN", "ERROR")[n % 3]
                        file.write(f"2026-03-01T10:{turn:02}:{n % 60:02}Z {level} item {n} done\n")
                    written += lines
                    file.flush()
                    time.sleep(0.05)
            # What a log loses before its reader has seen it is lost to every reader.
            until(lambda count=written: _lines(seen) >= count)
            peaks.append(_resident(process.pid))
            if turn % 2:
                # Copied and truncated, as with logrotate's copytruncate.
                shutil.copy(log, f"{log}.{turn}")
                os.truncate(log, 0)
            else:
                log.rename(f"{log}.{turn}")
                log.touch()
                old = Path(f"{log}.{turn}")
                Path(f"{old}.gz").write_bytes(gzip.compress(old.read_bytes(), 1))
                old.unlink()
            time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE)
        counted = json.loads(output)["lines"]
        self.expect(f"counted {counted:,} lines of {written:,}", holds=counted == written)
        self.expect(f"memory grew: {peaks} KiB", holds=peaks[-1] <= 1.2 * peaks[1] + 4096)
        self.facts["lines"] = int(self.facts.get("lines", 0)) + written
        self.facts["resident KiB"] = peaks[-1]


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, however busy the machine is."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.2)


def _lines(path: Path) -> int:
    """Return how many lines a file has."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def _resident(pid: int) -> int:
    """Return the KiB of memory that a process holds."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


class Vault(Part):
    """A tree that is sealed by processes which are killed, and then restored."""

    FILES = 10_000

    def round(self) -> None:
        """Seal, kill, seal the rest, restore, compare."""
        plain, sealed, restored = (self.folder / name for name in ("plain", "sealed", "restored"))
        key = self.folder / "key"
        if not plain.exists():
            key.write_text("a passphrase that is only for this\n")
            key.chmod(0o600)
            for n in range(self.FILES):
                path = plain / f"{n % 100:02}" / f"file {n}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.random.randbytes(self.random.randrange(2000)))
            made = cotool(
                "vault", "keys", "init", "--keyring", self.folder / "ring", "--passphrase-file", key
            )
            self.expect(f"no keyring: {made.stderr}", holds=not made.returncode)
        opened = ("--keyring", self.folder / "ring", "--passphrase-file", key, "-q")
        work = ("vault", "encrypt", "-r", plain, "-o", f"{sealed}/", "--update", *opened)
        for _ in range(4):
            process = started(*work)
            time.sleep(self.random.uniform(0.5, 4))
            kill(process)
        done = cotool(*work)
        self.expect(f"encrypt: {done.stderr}", holds=not done.returncode)
        vaults = [path for path in sealed.rglob("*.vault") if path.is_file()]
        self.expect(f"{len(vaults):,} sealed files", holds=len(vaults) == self.FILES)
        parts = sum(path.name.endswith(".part") for path in sealed.rglob(".*"))
        self.facts["unfinished files"] = int(self.facts.get("unfinished files", 0)) + parts
        back = cotool("vault", "decrypt", "-r", sealed, "-o", f"{restored}/", *opened)
        self.expect(f"decrypt: {back.stderr}", holds=not back.returncode)
        names = [path.relative_to(plain) for path in plain.rglob("*") if path.is_file()]
        roots = [path for path in restored.rglob("00") if path.is_dir()]
        root = roots[0].parent if roots else restored
        _, differ, missing = filecmp.cmpfiles(plain, root, names, shallow=False)
        self.expect(
            f"differ: {differ[:3]}, missing: {missing[:3]}", holds=not differ and not missing
        )
        self.facts["files"] = int(self.facts.get("files", 0)) + len(names)
        shutil.rmtree(sealed)
        shutil.rmtree(restored)


class Cluster(Part):
    """Logs on Dask workers that are killed one after another, and started again."""

    def round(self) -> None:
        """Analyse with killed workers, and compare with one process."""
        logs = self.folder / "logs"
        if not logs.exists():
            logs.mkdir()
            for n in range(40):
                text = "".join(
                    f"2026-03-01 10:{i // 60 % 60:02}:{i % 60:02} "
                    f"{('INFO', 'ERROR')[i % 7 == n % 7]} job {i} of host{n}\n"
                    for i in range(40_000)
                )
                (logs / f"{n}.log").write_text(text)
            self._start()
        alone = cotool("analyze-logs", "-r", logs, "--json")
        engine = ("--engine", "dask", "--scheduler", self.address)
        work = ("analyze-logs", "-r", logs, "--json", "--debug", *engine)
        process = started(*work, stderr=subprocess.PIPE)
        time.sleep(self.random.uniform(0.5, 2.5))
        victim = self.random.choice(self._workers())
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        output, errors = process.communicate(timeout=PATIENCE)
        self.expect(
            f"exit codes {alone.returncode} and {process.returncode}, {len(output)} characters "
            f"of a result that differs; {errors}",
            holds=output == alone.stdout and bool(output),
        )
        self.facts["workers killed"] = int(self.facts.get("workers killed", 0)) + 1

    def _start(self) -> None:
        file = self.folder / "scheduler.json"
        quiet = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            "start_new_session": True,
        }
        dask = [sys.executable, "-m", "dask"]
        self._processes = [
            subprocess.Popen(
                [
                    *dask,
                    "scheduler",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    "0",
                    "--no-dashboard",
                    "--scheduler-file",
                    str(file),
                ],
                **quiet,
            )
        ]
        while not file.exists():
            time.sleep(0.1)
        self.address = json.loads(file.read_text())["address"]
        self._processes.append(
            subprocess.Popen(
                [
                    *dask,
                    "worker",
                    self.address,
                    "--host",
                    "127.0.0.1",
                    "--nthreads",
                    "1",
                    "--nworkers",
                    "2",
                    "--no-dashboard",
                    "--nanny",
                    "--local-directory",
                    str(self.folder),
                ],
                **quiet,
            )
        )

    def _workers(self) -> list[int]:
        """Return the processes of the workers, which their nannies start again."""
        from distributed import Client

        while True:
            with Client(self.address) as client:
                found = list(client.run(os.getpid).values())
            if found:
                return found
            time.sleep(0.5)

    def run(self, until: float) -> None:
        """Repeat rounds, and end the cluster."""
        try:
            super().run(until)
        finally:
            for process in getattr(self, "_processes", []):
                kill(process)


PARTS: dict[str, Callable[[Path, int], Part]] = {
    "store": Store,
    "follow": Follow,
    "vault": Vault,
    "cluster": Cluster,
}


def main() -> int:
    """Run the parts beside each other, and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        parts = {
            name: PARTS[name](Path(folder) / name, options.seed) for name in options.only.split(",")
        }
        until = time.monotonic() + 60 * options.minutes
        threads = [threading.Thread(target=part.run, args=(until,)) for part in parts.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for name, part in parts.items():
        facts = ", ".join(f"{fact} {value:,}" for fact, value in part.facts.items())
        print(f"{name}: {part.rounds} rounds, {facts}; {len(part.losses)} losses")
        for loss in part.losses:
            print(f"  {loss}")
    return int(any(part.losses for part in parts.values()))


if __name__ == "__main__":
    sys.exit(main())
