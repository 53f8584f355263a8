"""`python -m cotool`, and the entry point of the `cotool` command."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line and return its exit code; `--version` alone loads nothing else."""
    if sys.argv[1:] == ["--version"]:
        from cotool.version import __version__

        print(f"cotool {__version__}")
        return 0
    # A start frees little: at the default thresholds, collecting garbage takes a tenth of it.
    gc.set_threshold(50_000, 20, 100)
    from cotool.cli.app import main as run

    code = run()
    # At its end, Python would look through all objects three times for garbage: a sixth of a start.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
