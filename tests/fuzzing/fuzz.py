"""Fuzz the program, guided by the code that each input reaches (atheris, which is libFuzzer).

    python tests/fuzzing/fuzz.py [TARGET …] [--minutes 60] [--jobs 2] [--findings DIR]

Each target of targets.py runs for the given time, `--jobs` of them at once. An input that breaks a
rule, takes more than 10 s or more than 700 MB is saved once per place in the code, with its message
beside it; `python tests/fuzzing/fuzz.py TARGET --try FILE` runs it again. Exit code 1 if any was
found. The corpus is kept in DIR, so that the next run begins where this one ended.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS, MEGABYTES, LONGEST = 10, 700, 20_000


def place_of(error: BaseException) -> str:
    """Return what tells one fault from another: the error, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    message = re.sub(r"[0-9]+|'[^']*'|\"[^\"]*\"", "#", str(error).split("Traceback")[0])[:80]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {where} {message}"


def fuzz_one(name: str, seconds: int, findings: Path, corpus: Path) -> None:
    """Fuzz one target in this process, which ends with the fuzzer."""
    import atheris

    with atheris.instrument_imports(include=["cotool"]):
        import cotool

        for module in pkgutil.walk_packages(cotool.__path__, "cotool."):
            if not module.name.endswith("__main__"):
                with contextlib.suppress(ImportError):  # an extra that is not installed
                    importlib.import_module(module.name)
    import targets

    target = targets.TARGETS[name]
    for n, seed in enumerate(target.seeds()):
        (corpus / f"seed-{n}").write_bytes(seed)
    known = {path.stem for path in findings.glob(f"{name}-*.txt")}

    def run(data: bytes) -> None:
        try:
            target.run(data)
        except Exception as error:  # noqa: BLE001 - the fuzzer goes on after a finding
            digest = hashlib.sha256(place_of(error).encode()).hexdigest()[:12]
            finding = f"{name}-{digest}"
            if finding not in known:
                known.add(finding)
                (findings / f"{finding}.bin").write_bytes(data)
                (findings / f"{finding}.txt").write_text(traceback.format_exc(), "utf-8", "replace")

    options = {
        "max_total_time": seconds,
        "timeout": SECONDS,
        "rss_limit_mb": MEGABYTES,
        "max_len": LONGEST,
        "artifact_prefix": f"{findings}/{name}-",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], run)
    atheris.Fuzz()


def fuzz(name: str, minutes: float, findings: Path) -> str:
    """Fuzz one target in processes of its own until the time is over; return what was done."""
    end, runs, starts = time.monotonic() + 60 * minutes, 0, 0
    corpus = findings / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, (findings / f"{name}.log").open("w") as log:
        environment = {**os.environ, "COTOOL_HOME": f"{folder}/home", "NO_COLOR": "1"}
        while (left := int(end - time.monotonic())) > 0:
            starts += 1
            one = [sys.executable, __file__, name, "--seconds", str(left), "--findings", findings]
            outcome = subprocess.run(
                one, cwd=folder, env=environment, capture_output=True, text=True, errors="replace",
                check=False,
            )  # fmt: skip
            log.write(outcome.stdout + outcome.stderr)
            log.flush()
            counted = re.findall(r"number_of_executed_units: (\d+)", outcome.stderr)
            runs += sum(map(int, counted))
            if not counted and starts > 3 and not runs:
                return f"{name}: does not start; see {log.name}"
    return f"{name}: {runs:,} inputs, {starts} starts"


def main() -> int:
    """Fuzz the targets, and list what was found."""
    import targets

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(targets.TARGETS))
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--try", dest="again", type=Path, help="run one saved input")
    parser.add_argument("--seconds", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.targets) - set(targets.TARGETS):
        parser.error(
            f"no target {', '.join(sorted(unknown))}; there are {', '.join(targets.TARGETS)}"
        )
    findings = options.findings.resolve()
    findings.mkdir(parents=True, exist_ok=True)
    names = options.targets or list(targets.TARGETS)
    if options.seconds:
        fuzz_one(names[0], options.seconds, findings, findings / "corpus" / names[0])
    if options.again:
        data = options.again.read_bytes()
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            os.environ.update(COTOOL_HOME=f"{folder}/home", NO_COLOR="1")
            targets.TARGETS[names[0]].run(data)
        return 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for line in pool.map(lambda name: fuzz(name, options.minutes, findings), names):
            print(line, flush=True)
    found = sorted(
        x for x in findings.iterdir() if x.is_file() and x.suffix not in {".txt", ".log"}
    )
    for path in found:
        print(f"  {path}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
