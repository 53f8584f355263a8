"""`python -m cotool`, and the entry point of the `cotool` command."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys


def main() -> int:
    """Run the command line and end the process, or return its exit code.

    `--version` alone loads nothing else.
    """
    if sys.argv[1:] == ["--version"]:
        from cotool.version import __version__

        print(f"cotool {__version__}")
        return 0
    # A start frees little: at the default thresholds, collecting garbage takes a tenth of it.
    gc.set_threshold(50_000, 20, 100)
    try:
        from cotool.cli.app import main as run
    except KeyboardInterrupt:
        return 130  # as run() returns
    code = run()
    threads = sys.modules.get("threading")
    if threads is None or threads.active_count() == 1:
        # Python would free each object, which takes 3 ms of a call of 50.
        atexit._run_exitfuncs()  # noqa: SLF001 - os._exit() skips them
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(AttributeError, OSError, ValueError):
                stream.flush()
        os._exit(code)
    # At its end, Python would look through all objects three times for garbage: a sixth of a start.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
