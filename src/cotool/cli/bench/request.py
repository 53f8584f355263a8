"""The options of `cotool bench run` and `scaling`: which cases are measured, and how."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.options import QUIET, flag, option, option_class
from cotool.cli.shared.progress import Bar, stderr_moves
from cotool.errors import InputError

if TYPE_CHECKING:
    from pyperf import Benchmark

    from cotool.benchmarks import Case


def _groups() -> Iterable[str]:
    from cotool.benchmarks import GROUPS as TEXTS

    return TEXTS


GROUPS = option("What", "Cases of this group. Repeatable.", "--group -g NAME", words=_groups)
CASES = option(
    "What", "Cases whose names fit a glob, as in '*/cosine/*'. Repeatable.", "--case -c GLOB"
)
JSON = flag("Output", "Write one JSON object to standard output.", "--json")


@option_class
class BenchFlags:
    """Which cases are measured, how precisely, and where the results go."""

    groups: list[str] | None = GROUPS
    cases: list[str] | None = CASES
    own_input: str | None = option(
        "What", "Your own file instead of generated data.", "--input -i FILE"
    )
    fast: bool = flag("How", "Measure quickly, with rough results.", "--fast")
    rigorous: bool = flag("How", "Use more processes, to see small differences.", "--rigorous")
    threads: str | None = option(
        "How", "Numbers of threads, such as 1,2,4. Default: all.", "--threads N,…"
    )
    output: str | None = option("Output", "Write pyperf's JSON to a file.", "--output -o FILE")
    json: bool = JSON
    quiet: bool = QUIET

    @property
    def speed(self) -> str | None:
        """The speed option for pyperf, None for its default. Raises InputError if both are set."""
        if self.fast and self.rigorous:
            raise InputError("--fast contradicts --rigorous", hint="use only one of them")
        return "fast" if self.fast else "rigorous" if self.rigorous else None

    def find(self) -> "list[Case]":
        """Return the cases. Raises InputError."""
        from cotool.benchmarks import find_cases

        if self.own_input is not None and not self.groups and not self.cases:
            raise InputError(
                "--input needs a group or case that reads the file",
                hint="--group logs, vault, truth, similarity, neighbours, experts, extraction "
                "or length",
            )
        return find_cases(self.groups or [], self.cases or [])

    def measure(
        self, cases: "Sequence[Case]", threads: Sequence[int | None]
    ) -> "Iterator[Benchmark]":
        """Yield results, with a bar on standard error. Raises OSError, InputError, CotoolError."""
        from cotool.benchmarks import run_cases

        own = None if self.own_input is None else Path(self.own_input)
        if own is not None:
            with own.open("rb"):
                pass
        total = sum(len(threads) if case.has_threads else 1 for case in cases)
        shown = not self.quiet and stderr_moves()
        with Bar(total, shown=shown, unit="cases", patience=0) as bar:
            # A case begins when all before it are done.
            begun = itertools.count()

            def started(name: str) -> None:
                bar.note(name, done=next(begun))

            yield from run_cases(
                cases, threads=threads, speed=self.speed, own_input=own, started=started
            )
