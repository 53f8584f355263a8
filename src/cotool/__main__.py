"""The command `cotool` and `python -m cotool`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; `--version` answers without loading it."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from cotool import __version__

        print(f"cotool {__version__}")
        return
    from cotool.cli import main as run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
