"""Where a file's lines hold their time and their level, recognised from a sample.

No product is named here: a format is a timestamp at some place of the line, recognised by its form,
and places after (or before) it that hold words for levels in many lines. A file may have several
formats; each is one element of the scanner's `formats`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from cotool._lazy import lazy_pattern, stand_ins
from cotool.logs.formats.model import JSON, MAX_FORMATS, TEXT, Format, is_dated
from cotool.logs.formats.text import recognise_text
from cotool.logs.formats.text_levels import has_level

with stand_ins("cotool.logs.formats.keyed"):  # most logs are text
    from cotool.logs.formats import keyed


_PRI = lazy_pattern(rb"<\d{1,3}>(?=[^>]) *")
_LOGFMT = lazy_pattern(rb'[A-Za-z_@][\w.@/-]*=(?:"(?:[^"\\]|\\.)*"|\S*)(?: +[\w.@/-]+=|$)')


def recognise(lines: Sequence[bytes]) -> tuple[Format, ...]:
    """Return the formats of a file from a sample of its lines, without their line ends.

    They are in the order in which the scanner tries them. If there are none, every line is a record
    of unknown level.
    """
    lines = [line for line in lines if line.strip()]
    if not lines:
        return ()
    json = [line for line in lines if line.lstrip()[:1] == b"{"]
    pri = [line for line in lines if _PRI.match(line)]
    logfmt = [line for line in lines if _LOGFMT.match(line)]
    pairs = keyed.recognise_logfmt(logfmt, len(lines)) if logfmt else []
    if _says_more(logfmt, len(lines), pairs):
        pairs = []
    objects = keyed.recognise_json(json, len(lines)) if json else []
    formats = [*objects, *recognise_text(pri, len(lines), pri=_PRI), *pairs]
    apart = {id(line) for group in (json, pri) for line in group}
    if pairs:
        apart |= {id(line) for line in logfmt}
    text = [line for line in lines if id(line) not in apart]
    timed = any(found.kind != JSON and found.has_time for found in formats)
    formats += recognise_text(text, len(lines), timed=timed)
    if any(b"{" in line for line in text + pri):
        formats = keyed.with_payloads(formats, [*pri, *text])
    # A time at the line's start is stronger evidence than one further on, or none.
    formats.sort(
        key=lambda found: (
            found.kind == TEXT and found.time_token < 0,
            found.time_token > 0,
            -found.share,
        )
    )
    formats = formats[:MAX_FORMATS]
    if objects and len(formats) == len(objects):
        # An object is a whole record, so only indented lines can belong to it.
        name = "plain lines" if text else ""
        formats.append(Format(name, first=_PLAIN, share=len(text) / len(lines)))
    return tuple(formats)


def _says_more(lines: list[bytes], total: int, pairs: Sequence[Format]) -> bool:
    """Return whether lines of key=value pairs are better read as text.

    A date and a time of day under two keys are one time of the text, for example. Where the pairs
    have a dated time and a level, text cannot say more and is not recognised: that takes 9 ms.
    """
    is_timed, states = any(map(is_dated, pairs)), any(map(has_level, pairs))
    if not pairs or (is_timed and states):
        return False
    text = recognise_text(lines, total)
    return any(map(is_dated, text)) and (not is_timed or (any(map(has_level, text)) and not states))


# Bytes with which a line of text may begin, but not a line that continues an object.
_PLAIN = bytes(byte for byte in range(33, 256) if byte not in b"{}[]),:")
_RUN = 32
# The most lines of a sample.
SAMPLE = 1000


def sample_lines(windows: Iterable[tuple[bytes, bool]], most: int = SAMPLE) -> list[bytes]:
    """Return up to `most` whole lines, evenly from windows of (bytes, starts at a line's start)."""
    kept = [(data if whole else data.partition(b"\n")[2]) for data, whole in windows]
    kept = [data for data in kept if data]
    each = max(1, most // max(1, len(kept)))
    lines: list[bytes] = []
    for data in kept:
        found = data.split(b"\n", 4 * each)
        # The last piece may be cut off, unless it is the only one.
        found = found[:-1] or found
        step = max(1, len(found) // each)
        # Runs of lines, since the second line of a record may hold what the first one lacks.
        some = (line for n, line in enumerate(found) if n // _RUN % step == 0)
        lines += [line.rstrip(b"\r").rpartition(b"\r")[2] for line in islice(some, each)]
    return lines
