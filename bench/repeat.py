"""Repeat one case of `cotool bench` for some seconds, for a profiler.

python bench/repeat.py similarity/cosine/60x2000 [seconds]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cotool import build_info
from cotool.benchmarks.cases import Setting, find_cases


def main() -> None:
    """Set up the case once, then repeat it."""
    case = find_cases(patterns=[sys.argv[1]])[0]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        work = case.make(Setting(build_info()["threads"], Path(folder)))
        count, start = 0, time.perf_counter()
        while (taken := time.perf_counter() - start) < seconds:
            if work.call is not None:
                work.call()
            else:
                subprocess.run(list(work.command), stdout=subprocess.DEVNULL, check=True)
            count += 1
    print(f"{case.group}/{case.name}: {count} calls, {taken / count * 1e6:,.0f} us each")


if __name__ == "__main__":
    main()
