"""Words after a number that give it a direction or a sign: "2 hours ago", "5% rise", "45° N"."""

from __future__ import annotations

from cotool._lazy import lazy_pattern

_MORE = (
    "from now|hence|later|after|in the future|late|increase|rise|growth|gain|profit|surplus|credit"
    "|markup|ahead|above|over|over par|above par|above zero|above sea level|up|upwards?|uphill"
    "|forwards?|higher|faster|longer|warmer|heavier|older|larger|bigger"
)
_LESS = (
    "ago|earlier|before|in the past|early|decrease|fall|drop|decline|loss|deficit|debit|debt"
    "|discount|behind|below|under|under par|below par|below zero|below sea level|down|downwards?"
    "|downhill|backwards?|lower|slower|shorter|colder|lighter|younger|smaller"
)
_COMPASS = "(?:to the )?(?:north|south)?[- ]?(?:east|west)|(?:to the )?(?:north|south)"
_SIDES = "(?:to the |on the )(?:left|right)|(?:counter-?|anti-?)?clockwise"
_UNIT = r"(?:[ -]?[^\W\d_]{1,16}(?:/[a-z]{1,4})?|[ ]?[°′″])"
_TURN = lazy_pattern(
    rf"(?P<unit>{_UNIT}?(?:[ ][^\W\d_]{{1,16}})??)"
    rf"(?:[ ](?i:(?P<more>{_MORE})|(?P<less>{_LESS})|(?P<compass>{_COMPASS})|(?P<side>{_SIDES}))"
    r"|(?<=[°′″])[ ]?(?P<letter>[NSEW]))(?=[\s*_\"'”’»`$)]*(?:$|[.,;:!)\n]))"
)
# What a turn begins with, apart from letters; a letter may also follow a sign before `end`.
_BEGINS = {" ", "-", "°", "′", "″"}
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w"}


def read_turn(text: str, end: int) -> tuple[str, str]:
    """Return the direction of a number that ends at `end`, and its words; both may be empty.

    The direction is "+" or "-", a point of the compass, or a side. It must end its sentence.
    """
    after = text[end : end + 1]
    match = _TURN.match(text, end) if after.isalnum() or after in _BEGINS else None
    if match is None:
        return "", ""
    if match["more"] or match["less"]:
        return "+" if match["more"] else "-", match[0]
    if match["side"]:
        return match["side"].lower().split()[-1].replace("-", "").replace("anti", "counter"), match[
            0
        ]
    named = (match["compass"] or match["letter"]).lower().removeprefix("to the ")
    for name, letter in _DIRECTIONS.items():
        named = named.replace(name, letter)
    return named.replace("-", "").replace(" ", ""), match[0]
