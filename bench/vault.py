"""Encrypt and decrypt 1 GiB: cotool compared with cp, age, gpg, openssl and pyrage, in one run.

    OMP_WAIT_POLICY=passive python bench/vault.py [--folder TMPFS] [--size MIB] [--rounds N]

Each round runs each command once, in a different order, so that a busy machine slows down all of
them. A virtual machine that returns freed memory to its host pays for it at the next write, up to
two seconds per gigabyte, whichever command comes next. So the fastest runs are compared, beside the
median, and the ratio is to the fastest `cp` of the same file. Files are on tmpfs, so no disk is
measured. Each output is removed before the next command, and the first round is not counted.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cotool import Keyring, Vault, decrypt, encrypt, rewrap, verify
from cotool.vault import Identity, KeyFile
from results import Report, add_write

if TYPE_CHECKING:
    from collections.abc import Callable

Measured = tuple[float, int]

INTRO = """
1 GiB of random bytes on tmpfs: `OMP_WAIT_POLICY=passive python bench/vault.py --rounds 10 --write`,
on 2 virtual cores of an AMD EPYC. Each round runs each command once, in a different order. `cotool`
is the whole command with a keyring opened by a key file, including start-up, with its bytecode
cached as in an installed package. `5 people` encrypts for five identities instead. `library` is the
call in a running Python. `a person leaves` removes one of 50 people from files of 440 bytes, which
is one rewrap per file. The machine returns freed memory to its host, so new pages cost any program
0.2 to 2 s per gigabyte at random. The ratio therefore compares the fastest runs. Writing 1 GiB of
zeros to tmpfs alone takes 0.45 s.
"""


def environment() -> dict[str, str]:
    """Return the environment of a command, which finds its bytecode cached after the first run."""
    found = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(os.environ["COTOOL_HOME"], "pyc"))}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def run(command: list[str], target: Path | None = None) -> Measured:
    """Seconds and peak resident kilobytes of a command; its output goes to `target`."""
    with tempfile.NamedTemporaryFile("r") as peak:
        watched = ["/usr/bin/time", "-f", "%M", "-o", peak.name, *map(str, command)]
        start = time.perf_counter()
        with open(target or os.devnull, "wb") as sink:  # noqa: PTH123
            subprocess.run(
                watched, stdout=sink, stderr=subprocess.PIPE, check=True, env=environment()
            )
        return time.perf_counter() - start, int(peak.read().split()[-1])


def called(work: Callable[[], object]) -> Callable[[], Measured]:
    """Time a call within this process."""

    def once() -> Measured:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start, 0

    return once


class Bench:
    """Files in a folder on tmpfs, and what is done to them."""

    def __init__(self, folder: Path, size: int, files: int) -> None:
        self.folder, self.files = folder, files
        self.plain, self.out = folder / "plain", folder / "out"
        with self.plain.open("wb") as file:
            for _ in range(size):
                file.write(os.urandom(1 << 20))
        self.cases: dict[str, Callable[[], Measured]] = {
            "cp": lambda: run(["cp", self.plain, self.out])
        }
        self._cotool()
        self._people()
        self._age()
        self._gpg()
        self._openssl()
        self._pyrage()

    def _cotool(self) -> None:
        sealed, key = self.folder / "sealed", self.folder / "key"
        home = self.folder / "home"
        opener, ring = KeyFile.generate(str(key)), Keyring.generate()
        ring.write_new(str(home / "keyring.vault"), [opener])
        encrypt(self.plain, sealed, keys=[ring])
        os.environ |= {"COTOOL_HOME": str(home), "COTOOL_KEY_FILE": str(key)}
        cotool = [sys.executable, "-m", "cotool", "vault"]

        def rotate_and_rewrap() -> Measured:
            ring.rotate()
            ring.counter += 1
            ring.write_new(str(home / "keyring.vault"), [opener], force=True)
            return called(lambda: rewrap(sealed, keys=[ring], replace=[ring]))()

        self.cases |= {
            "cotool encrypt": lambda: run([*cotool, "encrypt", "-q", self.plain, "-o", self.out]),
            "cotool decrypt": lambda: run([*cotool, "decrypt", "-q", sealed, "-o", self.out]),
            "cotool encrypt, 1 thread": lambda: run(
                [*cotool, "encrypt", "-q", self.plain, "-o", self.out, "--threads", "1"]
            ),
            "cotool decrypt, 1 thread": lambda: run(
                [*cotool, "decrypt", "-q", sealed, "-o", self.out, "--threads", "1"]
            ),
            "cotool verify": lambda: run([*cotool, "verify", "-q", sealed]),
            "library encrypt": called(lambda: encrypt(self.plain, self.out, keys=[ring])),
            "library decrypt": called(lambda: decrypt(sealed, self.out, keys=[ring])),
            "library verify": called(lambda: verify(sealed, keys=[ring])),
            "library rewrap": rotate_and_rewrap,
            "library read of 4 kB": called(lambda: _read(sealed, ring)),
        }

    def _people(self) -> None:
        people = [Identity.generate() for _ in range(50)]
        crowd = [person.recipient for person in people]
        team, me, small = (self.folder / name for name in ("team.txt", "me", "small"))
        team.write_text("\n".join(str(recipient) for recipient in crowd[:5]))
        people[0].write_new(str(me), [])
        small.write_bytes(os.urandom(440))
        tree, whole = self.folder / "tree", self.folder / "whole"
        whole.mkdir()
        for number in range(self.files):
            encrypt(small, whole / f"{number}.vault", keys=crowd)
        cotool = [sys.executable, "-m", "cotool", "vault"]

        def leave() -> Measured:
            shutil.rmtree(tree, ignore_errors=True)
            shutil.copytree(whole, tree)
            gone = str(crowd[7])
            words = ["rewrap", "-q", "-r", tree, "--identity", me, "--remove-recipient", gone]
            return run([*cotool, *words])

        self.cases["cotool encrypt, 5 people"] = lambda: run(
            [*cotool, "encrypt", "-q", self.plain, "--recipients-file", team, "-o", self.out]
        )
        self.cases[f"cotool rewrap, a person leaves {self.files:,} files"] = leave

    def _age(self) -> None:
        if _missing("age"):
            return
        key, sealed = self.folder / "age.key", self.folder / "age"
        subprocess.run(["age-keygen", "-o", str(key)], check=True, capture_output=True)
        recipient = key.read_text().split("public key: ")[1].split()[0]
        command = ["age", "-r", recipient, "-o"]
        subprocess.run([*command, str(sealed), str(self.plain)], check=True)
        self.cases |= {
            "age encrypt": lambda: run([*command, self.out, self.plain]),
            "age decrypt": lambda: run(["age", "-d", "-i", key, "-o", self.out, sealed]),
        }

    def _gpg(self) -> None:
        if _missing("gpg"):
            return
        home, sealed = self.folder / "gnupg", self.folder / "gpg"
        home.mkdir(mode=0o700)
        phrase = self.folder / "phrase"
        phrase.write_text("x")
        command = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--compress-algo", "none"]
        command += ["--pinentry-mode", "loopback", "--passphrase-file", str(phrase)]
        seal = [*command, "--symmetric", "--cipher-algo", "AES256", "-o"]
        subprocess.run([*seal, str(sealed), str(self.plain)], check=True)
        self.cases |= {
            "gpg encrypt": lambda: run([*seal, self.out, self.plain]),
            "gpg decrypt": lambda: run([*command, "-o", self.out, "--decrypt", sealed]),
        }

    def _openssl(self) -> None:
        if _missing("openssl"):
            return
        command = ["openssl", "enc", "-aes-256-ctr", "-K", "00" * 32, "-iv", "00" * 16, "-in"]
        self.cases["openssl enc (not authenticated)"] = lambda: run(
            [*command, self.plain, "-out", self.out]
        )

    def _pyrage(self) -> None:
        try:
            from pyrage import decrypt_file, encrypt_file, x25519
        except ImportError:
            print("pyrage is not installed: it is left out", file=sys.stderr)
            return
        identity, sealed = x25519.Identity.generate(), self.folder / "pyrage"
        recipients = [identity.to_public()]
        encrypt_file(str(self.plain), str(sealed), recipients)
        self.cases |= {
            "pyrage encrypt": called(
                lambda: encrypt_file(str(self.plain), str(self.out), recipients)
            ),
            "pyrage decrypt": called(lambda: decrypt_file(str(sealed), str(self.out), [identity])),
        }

    def measure(self, rounds: int) -> dict[str, tuple[float, float, int]]:
        """Return the fastest and the median seconds and the peak kilobytes of each case."""
        seconds: dict[str, list[float]] = {name: [] for name in self.cases}
        peaks = dict.fromkeys(self.cases, 0)
        order = random.Random(1)
        for number in range(rounds + 1):
            for name, case in order.sample(list(self.cases.items()), len(self.cases)):
                self.out.unlink(missing_ok=True)
                taken, peak = case()
                if number:
                    seconds[name].append(taken)
                    peaks[name] = max(peaks[name], peak)
        return {
            name: (min(taken), statistics.median(taken), peaks[name])
            for name, taken in seconds.items()
        }


def _read(path: Path, ring: Keyring) -> None:
    with Vault(path, keys=[ring]) as vault:
        vault.read(vault.size // 2, 4096)


def _missing(program: str) -> bool:
    if shutil.which(program):
        return False
    print(f"{program} is not installed: it is left out", file=sys.stderr)
    return True


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", default="/dev/shm", help="a folder on tmpfs")  # noqa: S108
    parser.add_argument("--size", type=int, default=1024, help="MiB")
    parser.add_argument("--files", type=int, default=10_000, help="of which a person leaves")
    parser.add_argument("--rounds", type=int, default=5)
    add_write(parser)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        found = Bench(Path(folder), arguments.size, arguments.files).measure(arguments.rounds)
    report = Report("Vault", INTRO, write=arguments.write)
    report(f"{arguments.size} MiB")
    report()
    report("| | fastest s | of cp | median s | peak MB |\n|---|---|---|---|---|")
    base = found["cp"][0]
    for name, (fastest, median, peak) in found.items():
        memory = f"{peak / 1024:.0f}" if peak else ""
        report(f"| {name} | {fastest:.4g} | {fastest / base:.2f} | {median:.4g} | {memory} |")
    report.save()


if __name__ == "__main__":
    main()
