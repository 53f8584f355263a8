"""A handler for Python's logging that counts records as they arrive, with the scanner's kernels."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.model import FileSummary, LogCounts, Sample
from cotool.logs.options import LogOptions
from cotool.logs.scan.scan import Watch, scan_opened
from cotool.logs.scan.sources import LogStream
from cotool.logs.summary import LogSummary

if TYPE_CHECKING:
    from cotool._fast.logs.forms import Forms

# How many bytes of lines are counted together; counting 256 KiB takes a millisecond.
_ENOUGH = 1 << 18
_FORMAT = "{time} {level}"
# The lowest number of each level of Python's, and its name here.
_LEVELS = (
    (logging.CRITICAL, "CRITICAL"),
    (logging.ERROR, "ERROR"),
    (logging.WARNING, "WARNING"),
    (25, "NOTICE"),
    (logging.INFO, "INFO"),
    (logging.DEBUG, "DEBUG"),
    (logging.NOTSET, "TRACE"),
)


class CountingHandler(logging.Handler):
    """Counts levels, keywords, patterns, times and, with `templates`, the templates of messages.

        counting = CountingHandler()
        logging.getLogger().addHandler(counting)
        ...
        print(counting.summary().counts.levels["error"])

    Memory stays bounded whatever is logged. A record's text comes from the handler's formatter, by
    default its message; a traceback belongs to its record. `patterns` are regexes by name; `show`
    is how many first errors are kept as samples; `name` replaces a path.

    Raises InputError for an invalid pattern.
    """

    def __init__(
        self,
        level: int | str = logging.NOTSET,
        *,
        patterns: Mapping[str, str] | None = None,
        templates: bool = True,
        show: int = 0,
        name: str = "logging",
    ) -> None:
        super().__init__(level)
        self._path = name
        self._show = show
        self._options = LogOptions(
            patterns=patterns, log_format=_FORMAT, show=show, templates=templates, num_threads=1
        )
        self._empty = LogCounts(patterns=dict.fromkeys(patterns or (), 0))
        self._begin()

    def _begin(self) -> None:
        self._lines: list[bytes] = []
        self._size = 0
        self._counts = self._empty
        self._forms: Forms | None = None
        self._samples: tuple[Sample, ...] = ()

    def emit(self, record: logging.LogRecord) -> None:
        """Add a record."""
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - a record that cannot be formatted is logging's affair
            self.handleError(record)
            return
        level = next((name for least, name in _LEVELS if record.levelno >= least), "TRACE")
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        # A blank keeps a further line of the text from being read as a record of its own.
        text = text.replace("\n", "\n ")
        line = f"{stamp}.{int(record.created % 1 * 1e6):06d}Z {level} {text}\n"
        data = line.encode("utf-8", "replace")
        self._lines.append(data)
        self._size += len(data)
        if self._size >= _ENOUGH:
            self._count()

    def flush(self) -> None:
        """Count the lines that wait."""
        with self._locked():
            self._count()

    def summary(self) -> LogSummary:
        """Return the analysis of everything logged so far."""
        with self._locked():
            self._count()
            templates = None
            if self._options.templates:
                from cotool.logs.templates.template_set import TemplateSet

                # Merging with an empty analysis makes a copy, which later records do not change.
                templates = TemplateSet(self._forms).merge(TemplateSet())
            file = FileSummary(self._path, self._counts, formats=(_FORMAT,), zoned=True)
            return LogSummary(self._counts, (file,), self._samples, templates=templates)

    def reset(self) -> None:
        """Start again from zero."""
        with self._locked():
            self._begin()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the handler's own lock, which logging also takes around emit()."""
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def _count(self) -> None:
        if not self._lines:
            return
        data, self._lines, self._size = b"".join(self._lines), [], 0
        before = self._counts.lines
        stream = LogStream(iter([data]), mtime=time.time())
        found = scan_opened(self._path, stream, self._options, Watch())
        self._counts = self._counts.merge(found.summary.counts)
        if found.forms is not None:
            if self._forms is None:
                self._forms = found.forms
            else:
                self._forms.merge(found.forms)
        if len(self._samples) < self._show:
            new = (replace(one, line=one.line + before) for one in found.samples)
            self._samples = (*self._samples, *new)[: self._show]
