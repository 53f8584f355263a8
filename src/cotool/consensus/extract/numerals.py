"""Read a number that is written in the numerals of Chinese and Japanese: 十八, 三百五, 两万."""

from __future__ import annotations

from cotool._lazy import lazy_pattern

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10**4, "亿": 10**8, "億": 10**8}
# Only a counter may follow, since 一 and 千 begin many words.
_NUMERAL = lazy_pattern(
    r"([零〇一二两三四五六七八九十百千万亿億]{1,20})"
    r"(?=[个個元块岁年天人只名次倍件本台辆张回円時分秒点]?(?:[。，,.!！)）\s]|です|$))"
)


def read_numerals(text: str, start: int) -> tuple[int, int] | None:
    """Return the number whose numerals begin at `start`, and where they end."""
    match = _NUMERAL.match(text, start)
    if match is None:
        return None
    signs = match[1]
    if len(signs) > 1 and all(sign in _DIGITS for sign in signs):
        return int("".join(str(_DIGITS[sign]) for sign in signs)), match.end(1)
    total = group = 0
    digit: int | None = None
    for sign in signs:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _PLACES:
            group += (1 if digit is None else digit) * _PLACES[sign]
            digit = None
        else:
            total, group, digit = (total + group + (digit or 0)) * _SCALES[sign], 0, None
    return total + group + (digit or 0), match.end(1)
