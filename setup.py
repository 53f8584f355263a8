"""Build the extensions: Cython directives, the OpenMP probe, compiler flags."""

from __future__ import annotations

import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, LinkError

FAST = "src/cotool/_fast"

# The tables of figures of groups, and their numbers as text.
GROUPS = [
    "logs/logcells.c",
    "logs/logdigits.c",
    "logs/loggroups.c",
    "logs/logoverall.c",
    "logs/logseen.c",
]
# Each extension module, and the C files with its leaf loops.
MODULES: dict[str, list[str]] = {
    "base/_openmp": [],
    "base/interrupt": [],
    "base/matrix": [],
    "logs/envelopes": ["logs/logblocks.c", "logs/logelements.c", "logs/logenvelopes.c"],
    "logs/forms": [
        "logs/logchars.c",
        "logs/logforms.c",
        "logs/loglevels.c",
        "logs/logmask.c",
        "logs/logpaths.c",
        "logs/logseen.c",
        "logs/logzones.c",
    ],
    "logs/logscan": [
        "logs/automaton.c",
        "logs/capture.c",
        "logs/logcells.c",
        "logs/logchars.c",
        "logs/logclock.c",
        "logs/logconditions.c",
        "logs/logconfig.c",
        "logs/logentries.c",
        "logs/logforms.c",
        "logs/loggroups.c",
        "logs/logguess.c",
        "logs/loghistogram.c",
        "logs/logholes.c",
        "logs/loglayouts.c",
        "logs/loglevels.c",
        "logs/loglines.c",
        "logs/logmask.c",
        "logs/logmatches.c",
        "logs/logmembers.c",
        "logs/lognumbers.c",
        "logs/logoverall.c",
        "logs/logparts.c",
        "logs/logpaths.c",
        "logs/logprobe.c",
        "logs/logreading.c",
        "logs/logrecords.c",
        "logs/logseen.c",
        "logs/logsources.c",
        "logs/logtime.c",
        "logs/logvalues.c",
        "logs/logworkers.c",
        "logs/logwritten.c",
        "logs/logzones.c",
    ],
    "logs/measures": GROUPS,
    "logs/partition": [],
    "logs/repeats": [],
    "logs/timelines": GROUPS,
    "text/anchors": [],
    "text/bag_clusters": [],
    "text/bag_index": ["text/bags.c", "text/bags_build.c", "text/index.c"],
    "text/clustering": [],
    "text/edits": ["text/myers.c"],
    "text/embedding": [],
    "text/levenshtein": ["text/myers.c"],
    "text/marks": [],
    "text/matches": [],
    "text/neighbours": [],
    "text/pairwise": ["text/bags.c", "text/bags_build.c", "text/vectors.c"],
    "text/points": ["text/words.c"],
    "text/sentences": [],
    "text/support": [],
    "text/tokens": ["text/vocabulary.c", "text/words.c"],
    "text/vector_neighbours": ["text/near.c"],
    "text/verdicts": [],
    "text/word_counts": ["text/vocabulary.c", "text/words.c"],
    "truth/dawid_skene": [],
    "truth/decoy_model": [],
    "truth/decoys": [],
    "truth/dependence": [],
    "truth/gaussian": [],
    "truth/posterior": [],
    "truth/glad": [],
    "truth/labels": [],
    "truth/left_out": [],
    "truth/logit": [],
    "truth/mace": [],
    "truth/matrices": [],
    "truth/one_coin": [],
    "truth/rover": [],
    "truth/subclasses": [],
}

# C files are compiled once, on all processors: a tenth less work than a file per extension.
LEAVES = {f"{FAST}/{source}" for sources in MODULES.values() for source in sources}
HEADERS = sorted(str(path) for ext in ("*.h", "*.inc") for path in Path(FAST).rglob(ext))

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": False,
    "freethreading_compatible": True,
}

OPENMP_TEST = """
#include <omp.h>
int main(void) {
    int total = 0;
    #pragma omp parallel reduction(+:total)
    total += omp_get_num_threads();
    return total == 0;
}
"""

# Candidate (compile, link) flags: GCC and Clang, then Apple's Clang with libomp. The first that
# compiles *and links* wins.
OPENMP_FLAGS: list[tuple[list[str], list[str]]] = [
    (["-fopenmp"], ["-fopenmp"]),
    (["-Xpreprocessor", "-fopenmp"], ["-lomp"]),
]

# No contraction to fused multiply-add: sums are equal on every CPU path.
FLAGS = ["-O3", "-ffp-contract=off", "-fvisibility=hidden", "-g0", "-Wno-unused-function"]


class BuildExt(build_ext):
    """build_ext that adds OpenMP where the compiler has it, and falls back to serial."""

    def build_extensions(self) -> None:
        """Choose flags once, then build every extension (in parallel) with them."""
        compile_flags, link_flags = self._openmp()
        compile_flags = [*FLAGS, *compile_flags]
        if os.environ.get("COTOOL_SANITIZE"):
            flag = f"-fsanitize={os.environ['COTOOL_SANITIZE']}"
            compile_flags += ["-g", "-O1", "-fno-omit-frame-pointer", flag]
            link_flags = [*link_flags, flag]
        self.parallel = self.parallel or os.cpu_count()
        leaves = {file for extension in self.extensions for file in extension.sources} & LEAVES
        with ThreadPoolExecutor(self.parallel) as pool:
            compiled = pool.map(lambda leaf: self._object(leaf, compile_flags), sorted(leaves))
            objects = dict(zip(sorted(leaves), compiled, strict=True))
        for extension in self.extensions:
            own = [file for file in extension.sources if file in leaves]
            extension.sources = [file for file in extension.sources if file not in leaves]
            extension.extra_objects = [objects[file] for file in own]
            extension.depends = [*extension.depends, *own]
            extension.extra_compile_args = compile_flags
            extension.extra_link_args = link_flags
        super().build_extensions()

    def _object(self, leaf: str, flags: list[str]) -> str:
        """The object file of `leaf`, compiled if it is older; several extensions may share it."""
        found = self.compiler.object_filenames([leaf], output_dir=self.build_temp)[0]
        changed = max(Path(file).stat().st_mtime for file in [leaf, *HEADERS])
        if self.force or not Path(found).exists() or Path(found).stat().st_mtime < changed:
            self.compiler.compile(
                [leaf], output_dir=self.build_temp, include_dirs=[FAST], extra_postargs=flags
            )
        return found

    def _openmp(self) -> tuple[list[str], list[str]]:
        if os.environ.get("COTOOL_NO_OPENMP"):
            return [], []
        for compile_flags, link_flags in OPENMP_FLAGS:
            if self._links(compile_flags, link_flags):
                return compile_flags, link_flags
        print("cotool: no OpenMP found, the kernels will run on one thread", file=sys.stderr)
        return [], []

    def _links(self, compile_flags: list[str], link_flags: list[str]) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "probe.c")
            source.write_text(OPENMP_TEST, encoding="ascii")
            try:
                objects = self.compiler.compile(
                    [str(source)], output_dir=folder, extra_postargs=compile_flags
                )
                self.compiler.link_executable(
                    objects, "probe", output_dir=folder, extra_postargs=link_flags
                )
            except (CompileError, LinkError):
                return False
        return True


def extensions() -> list[Extension]:
    """The extension modules of cotool._fast."""
    return cythonize(
        [
            Extension(
                f"cotool._fast.{name.replace('/', '.')}",
                [f"{FAST}/{name}.pyx", *(f"{FAST}/{source}" for source in sources)],
                include_dirs=[FAST],
                depends=HEADERS,
            )
            for name, sources in MODULES.items()
        ],
        build_dir="build/cython",
        nthreads=os.cpu_count() or 1,
        compiler_directives=DIRECTIVES,
    )


if __name__ == "__main__":
    setup(ext_modules=extensions(), cmdclass={"build_ext": BuildExt})
