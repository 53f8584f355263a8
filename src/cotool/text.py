"""Text from the input in one Unicode form, and safe and short for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import re

# Control characters (C0, DEL, C1) act on the terminal, bidirectional controls reorder text, and
# lone surrogates cannot be encoded. Newline and tab are kept.
_UNSAFE_CLASS = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff"
)
_UNSAFE = lazy_pattern(f"[{_UNSAFE_CLASS}\U000e0000-\U000e007f]")
# JSON already escapes newlines and tabs, and above U+FFFF an escape is two surrogates.
_UNSAFE_IN_JSON = lazy_pattern(f"[{_UNSAFE_CLASS}]")


# The most combining marks in a row (UAX #15, Stream-Safe Text Format), and what separates more.
_MARKS, _JOINER = 30, "\u034f"


def normalised(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return the Unicode normal form of a text, in time linear in its length.

    Marks after 30 in a row are separated by U+034F, as in the Stream-Safe Text Format of UAX #15,
    because sorting a run of marks takes time quadratic in its length.
    """
    if text.isascii():
        return text
    from unicodedata import combining, normalize

    # A run of more than 30 marks has one at a multiple of 30.
    if any(map(combining, text[_MARKS - 1 :: _MARKS])):
        text = _with_short_runs(text)
    return normalize(form, text)


def _with_short_runs(text: str) -> str:
    from unicodedata import combining

    pieces, run = [], 0
    for char in text:
        run = run + 1 if combining(char) else 0
        if run > _MARKS:
            pieces.append(_JOINER)
            run = 1
        pieces.append(char)
    return "".join(pieces)


def visible(text: str) -> str:
    r"""Return `text` with every character that acts instead of showing escaped (`\x1b`)."""
    if text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text.replace("\r\n", "\n"))


def visible_name(name: str) -> str:
    r"""Return a file name made visible, on one line: a newline in it is `\n`."""
    for character, escape in (("\r", "\\r"), ("\n", "\\n"), ("\t", "\\t")):
        name = name.replace(character, escape)
    return visible(name)


def json_visible(document: str) -> str:
    r"""Return a JSON document with such characters as `\u` escapes; its meaning is the same."""
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def one_line(text: str) -> str:
    """Return `text` made visible on one line, its white space collapsed."""
    return " ".join(visible(text).split())


def percent(share: float | None) -> str:
    """Return a share (0 to 1) as "67 %", with 100 % and 0 % only for exactly 1 and 0.

    An unknown share is a dash.
    """
    if share is None:
        return "–"
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def plural(count: int, noun: str) -> str:
    """Return "1 question", "2 questions"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def and_more(shown: Iterable[str], count: int, separator: str = ", ") -> str:
    """Return the first of `count` items, and how many more there are: "a, b and 3 more"."""
    listed = list(shown)
    more = f" and {count - len(listed):,} more" if count > len(listed) else ""
    return separator.join(listed) + more


def size(count: float) -> str:
    """Return a number of bytes as 12 B, 3.4 kB, 1.07 GB."""
    number = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:,.3g} TB"


def seconds(value: float) -> str:
    """Return a time with three significant digits and its unit."""
    for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def quantity(number: float, unit: str) -> str:
    """Return a number with its unit; seconds and bytes are scaled, as in 2.5 min and 3.4 kB."""
    if unit == "s" and number:
        sign, value = ("-" if number < 0 else ""), abs(number)
        if value >= 3600:
            return f"{sign}{value / 3600:,.3g} h"
        return sign + (f"{value / 60:.3g} min" if value >= 120 else seconds(value))
    if unit == "B":
        return ("-" if number < 0 else "") + size(abs(number))
    shown = f"{number:,.0f}" if abs(number) >= 1000 else f"{number:,.4g}"
    return f"{shown} {unit}" if unit else shown


def rough(number: float) -> str:
    """Return a number with three significant digits, from 100 on without decimals."""
    return f"{number:,.0f}" if number >= 100 else f"{number:,.3g}"


def speed_text(speed: float) -> str:
    """Return a speed as records per second, or per minute, hour or day if that is below one."""
    for name, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        if speed * seconds >= 1:
            return f"{rough(speed * seconds)} records/{name}"
    return f"{rough(speed * 86400)} records/d"


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def named(**values: str) -> str:
    """Return parameters and values as hints name them; the command line makes options of them."""
    import shlex

    return " ".join(f"`{name}={shlex.quote(value)}`" for name, value in values.items())
