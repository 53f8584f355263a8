"""Whether the requests of an access log are measured without an option."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cotool._records import replace
from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cotool.cli.logs.request import LogRequest
    from cotool.logs.scan.sources import LogSource

_FORMATS = ("table", "html")
_KEYS = ("path", "class")
_TIME = "rt"
# In files of at most this size, requests are measured without an option: it takes .2 s.
_QUICK = 64 << 20


def with_overview(request: LogRequest, sources: Sequence[LogSource]) -> LogRequest:
    """Return a request that also measures requests, if it has no measures and this is quick."""
    flags, options = request.flags, request.options
    asked = bool(options.reading or flags.state or flags.follow or flags.records)
    unseen = flags.template or flags.templates in {"json", "csv"} or flags.quiet
    if asked or unseen or request.engine.is_cluster or request.format not in _FORMATS:
        return request
    plain = [one for one in sources if one.is_plain and one.url is None and not one.is_stdin]
    if not plain or len(plain) < len(sources) or sum(one.size for one in plain) > _QUICK:
        return request
    if not Path(plain[0].path).is_file():
        return request
    from cotool.logs.explain import measurable

    names = measurable(plain[0], options)
    request = replace(request, fields=tuple(names))
    if "path" not in names or "status" not in names:
        return request
    measures = {_TIME: _TIME} if _TIME in names else {}
    return replace(
        request, options=replace(options, measures=measures, by=_KEYS), shows_requests=True
    )
