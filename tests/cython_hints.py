"""Fail where Cython has a performance hint about the GIL or a warning; part of `make check`."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Compile every .pyx afresh with setup.py's directives and read what Cython says."""
    setup = runpy.run_path(str(ROOT / "setup.py"))
    directives = [f"-X{name}={value}" for name, value in setup["DIRECTIVES"].items()]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted((ROOT / "src/cotool/_fast").rglob("*.pyx")):
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "cython", "-3", *directives),
                    *("-I", ROOT / "src", "-o", f"{folder}/{source.stem}.c", source),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            found += re.findall(r"(?m)^(?:warning|performance hint|Error).*$", done.stderr)
    print("\n".join(found) or "Cython has no hints")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
