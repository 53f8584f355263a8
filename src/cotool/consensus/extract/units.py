"""What follows a number: its unit, with dimension and size, and words that give it a direction.

A table of data. Units of different dimensions are never converted into each other; `°C`, `°F` and
K are dimensions of their own, since their zeros differ.
"""

from __future__ import annotations

import re
from functools import cache

from cotool._lazy import lazy_pattern, stand_ins
from cotool._records import NamedTuple

with stand_ins("fractions"):  # few numbers are fractions
    import fractions


class Unit(NamedTuple):
    """A unit: its symbol, what it measures, and its size in that dimension's base unit."""

    symbol: str
    dimension: str
    factor: fractions.Fraction


# dimension: (symbol, size, other spellings). Spellings of more than three letters are read in any
# case and with a plural -s; shorter ones are symbols, whose case matters (mW, MW).
_TABLE: dict[str, tuple[tuple[str, str, str], ...]] = {
    "time": (
        ("ms", "1/1000", "millisecond"), ("s", "1", "sec secs second"),
        ("min", "60", "mins minute Minute Minuten minuto minuti 分钟 分 분 мин минут минуты"),
        ("h", "3600", "hr hrs hour Stunde Stunden heure hora ore 小时 時間 시간 час часа часов"),
        ("d", "86400", "day Tag Tage jour día días dia dias giorni 天 日 일 день дня дней"),
        ("wk", "604800", "week Woche Wochen semaine semana"),
    ),
    "months": (("month", "1", "months Monat Monate 个月"),
               ("yr", "12", "yrs year Jahr Jahre año años an ans 年 лет")),
    "length": (
        ("nm", "1/1000000000", "nanometer nanometre"), ("µm", "1/1000000", "μm micrometer"),
        ("mm", "1/1000", "millimeter millimetre"), ("cm", "1/100", "centimeter centimetre"),
        ("m", "1", "meter metre Meter metro metri 米"),
        ("km", "1000", "kilometer kilometre Kilometer 公里 千米"),
        ("in", "0.0254", "inch inches"), ("ft", "0.3048", "feet foot"), ("yd", "0.9144", "yard"),
        ("mi", "1609.344", "mile"), ("nmi", "1852", "nautical-mile"),
    ),
    "area": (
        ("m^2", "1", "Quadratmeter"), ("km^2", "1000000", "Quadratkilometer"),
        ("ha", "10000", "hectare Hektar hectárea"), ("acre", "4046.8564224", ""),
    ),
    "mass": (
        ("µg", "1/1000000000", "μg mcg microgram"), ("mg", "1/1000000", "milligram"),
        ("g", "1/1000", "gram gramm Gramm 克"),
        ("kg", "1", "kgs kilo kilogram Kilogramm 公斤 千克"),
        ("t", "1000", "ton tonne Tonne Tonnen 吨"), ("lb", "0.45359237", "lbs pound"),
        ("oz", "0.028349523125", "ounce"),
    ),
    "volume": (
        ("mL", "1/1000", "ml milliliter millilitre"), ("cL", "1/100", "cl centiliter centilitre"),
        ("L", "1", "l liter litre Liter litro 升"), ("gal", "3.785411784", "gallon"),
        ("tsp", "5/1000", "teaspoon"), ("tbsp", "15/1000", "tablespoon"),
    ),
    "speed": (("m/s", "1", "mps"), ("km/h", "5/18", "kph kmh"), ("mph", "0.44704", "mi/h"),
              ("km/s", "1000", ""), ("cm/s", "1/100", ""), ("ft/s", "0.3048", "fps")),
    "data": (
        ("B", "1", "byte"), ("KB", "1000", "kB kilobyte"), ("MB", "1000000", "megabyte"),
        ("GB", "1000000000", "gigabyte"), ("TB", "1000000000000", "terabyte"),
        ("bit", "1/8", ""), ("kbit", "125", "Kb kilobit"), ("Mbit", "125000", "Mb megabit"),
        ("Gbit", "125000000", "Gb gigabit"), ("KiB", "1024", "kibibyte"),
        ("MiB", "1048576", "mebibyte"), ("GiB", "1073741824", "gibibyte"),
        ("TiB", "1099511627776", "tebibyte"),
    ),
    "energy": (
        ("J", "1", "joule"), ("kJ", "1000", "kilojoule"), ("MJ", "1000000", "megajoule"),
        ("cal", "4.184", "calorie"), ("kcal", "4184", "kilocalorie"),
        ("Wh", "3600", "watt-hour"), ("kWh", "3600000", "kilowatt-hour"),
    ),
    "power": (("mW", "1/1000", "milliwatt"), ("W", "1", "watt"), ("kW", "1000", "kilowatt"),
              ("MW", "1000000", "megawatt"), ("GW", "1000000000", "gigawatt")),
    "force": (("N", "1", "newton"), ("kN", "1000", "kilonewton")),
    "pressure": (("Pa", "1", "pascal"), ("hPa", "100", ""), ("kPa", "1000", "kilopascal"),
                 ("bar", "100000", "bars"), ("atm", "101325", "")),
    "voltage": (("mV", "1/1000", "millivolt"), ("V", "1", "volt"), ("kV", "1000", "kilovolt")),
    "current": (("mA", "1/1000", "milliampere milliamp"), ("A", "1", "amp ampere")),
    "resistance": (("Ω", "1", "ohm"), ("kΩ", "1000", "kiloohm")),
    "frequency": (("Hz", "1", "hertz"), ("kHz", "1000", "kilohertz"), ("MHz", "1000000", ""),
                  ("GHz", "1000000000", "")),
    "amount": (("mol", "1", "mole"), ("mmol", "1/1000", "millimole")),
    "concentration": (("nM", "1/1000000000", "nanomolar"), ("µM", "1/1000000", "μM micromolar"),
                      ("mM", "1/1000", "millimolar"), ("M", "1", "molar")),
    "angle": (("°", "1", "deg degree"), ("rad", "180/3.141592653589793", "radian")),
    "celsius": (("°C", "1", "celsius"),),
    "fahrenheit": (("°F", "1", "fahrenheit"),),
    "kelvin": (("K", "1", "kelvin"),),
    "dollars": (("$", "1", "US$ USD dollar 美元"),),
    "euros": (("€", "1", "EUR euro 欧元"),),
    "sterling": (("£", "1", "GBP quid sterling"),),
    "yen": (("¥", "1", ""), ("yen", "1", "JPY 円 엔 日元")),
    "yuan": (("元", "1", "yuan RMB CNY renminbi 人民币 人民幣 위안"),),
    "rupees": (("₹", "1", "INR Rs Rs. rupee"),),
    "roubles": (("₽", "1", "RUB rouble ruble рублей рубля рубль руб"),),
    "złoty": (("zł", "1", "PLN złotych złote złoty"),),
    "francs": (("CHF", "1", "Franken"),),
    "reais": (("R$", "1", "BRL reais"),),
    "Australian dollars": (("A$", "1", "AUD"),),
    "Canadian dollars": (("C$", "1", "CAD"),),
    "won": (("₩", "1", "KRW won 원"),),
    "percentage points": (("pp", "1", "percentage Prozentpunkte"),),
    "cents": (("¢", "1/100", "cent"),),
}  # fmt: skip

# Units that take prefixes of SI, written as symbols, whose case matters: mV, MV. Prefixes that make
# another word are left out: 5 pm is a time, 100 TL are Turkish lira, MA is a state.
_PREFIXED = {"g": "TGMkmµnp", "m": "kmµn", "s": "mµnp", "L": "mµn", "J": "TGMkmµ", "W": "TGMkmµn",
             "N": "Mkmµ", "Pa": "GMkm", "V": "MkmµnG", "A": "kmµnp", "Ω": "GMkm", "Hz": "TGMkm",
             "mol": "kmµnp", "M": "mµnp"}  # fmt: skip
_PREFIXES = {"T": 12, "G": 9, "M": 6, "k": 3, "m": -3, "µ": -6, "n": -9, "p": -12}
_SYMBOL_LETTERS = 3


def _fraction(text: str) -> fractions.Fraction:
    top, _, bottom = text.partition("/")
    return fractions.Fraction(top) / fractions.Fraction(bottom or "1")


@cache
def _spellings() -> tuple[dict[str, Unit], dict[str, Unit]]:
    symbols: dict[str, Unit] = {}
    words: dict[str, Unit] = {}
    for dimension, rows in _TABLE.items():
        for symbol, size, others in rows:
            unit = Unit(symbol, dimension, _fraction(size))
            symbols[symbol] = unit
            for other in others.split():
                if len(other) > _SYMBOL_LETTERS and other.isascii():
                    words[other.lower()] = unit
                    words[f"{other.lower()}s"] = unit
                else:
                    symbols[other] = unit
                    words[other.lower()] = unit
                    if len(other) == _SYMBOL_LETTERS and other.isascii() and other.islower():
                        words.setdefault(f"{other}s", unit)
    for base, prefixes in _PREFIXED.items():
        unit = symbols[base]
        for prefix in prefixes:
            factor = unit.factor * fractions.Fraction(10) ** _PREFIXES[prefix]
            for sign in "µμ" if prefix == "µ" else prefix:
                symbol = f"{sign}{base}"
                symbols.setdefault(symbol, Unit(symbol, unit.dimension, factor))
    return symbols, words


_POWERS = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3, "2": 2, "3": 3}
_AFTER = lazy_pattern(
    r"""[ -]?(?:(?P<power>square|sq|cubic|cu)\.?[ ])?
    (?P<name>nautical[ -]miles?|°[CF]?|[^\W\d_]{1,24}(?:-hours?)?|[$€£¥₹¢])
    (?:/(?P<per>[a-z]{1,8})|(?P<over>[ ]per[ ](?:hour|second)))?
    (?:[ ]?\^?\{?(?P<raised>[23])\}?|[ ](?P<raised_word>squared|cubed))?(?![\w^°])""",
    re.VERBOSE | re.IGNORECASE,
)
_DEGREES = lazy_pattern(r"(?:[ ]degrees?|[ ]?°)[ ]?(?:(celsius|c)|(fahrenheit|f))\b", re.IGNORECASE)
_PER_HOUR = {"km": "km/h", "mi": "mph"}


def unit_of(name: str) -> Unit | None:
    """Return the unit that has this symbol or name."""
    symbols, words = _spellings()
    return symbols.get(name) or words.get(name.lower())


def read_unit(text: str, start: int) -> tuple[Unit, int] | None:
    """Return the unit that follows a number ending at `start`, and where it ends."""
    degrees = _DEGREES.match(text, start)
    if degrees:
        return _spellings()[0]["°C" if degrees[1] else "°F"], degrees.end()
    match = _AFTER.match(text, start)
    if match is None:
        return None
    name = match["name"]
    unit = unit_of(name.replace(" ", "-"))
    per = "s" if match["over"] == " per second" else match["per"]
    if unit and per and (compound := unit_of(f"{unit.symbol}/{per}")):
        squared = match["raised"] == "2" or match["raised_word"] == "squared"
        if squared and per == "s":
            compound = Unit("m/s^2", "acceleration", fractions.Fraction(1))
        return compound, match.end()
    # "12 in total", "5 a day": a preposition or an article, unless nothing follows.
    if unit is None or (
        name in {"in", "a", "an", "A"} and text[match.end() : match.end() + 1] == " "
    ):
        return None
    if match["over"] and unit.symbol in _PER_HOUR:
        return _spellings()[0][_PER_HOUR[unit.symbol]], match.end()
    raised = (match["power"] or match["raised"] or match["raised_word"] or "").lower()
    if raised:
        if unit.dimension != "length":
            return None
        power = _POWERS[raised]
        name = "area" if power == 2 else "volume"
        litres = 1 if power == 2 else 1000
        return Unit(f"{unit.symbol}^{power}", name, unit.factor**power * litres), match.end()
    return unit, match.end("name") if match["per"] or match["over"] else match.end()


_MORE = (
    "from now|hence|later|after|in the future|late|increase|rise|growth|gain|profit|surplus|credit"
    "|markup|ahead|above|over|over par|above par|above zero|above sea level|up|upwards?|uphill"
    "|forwards?|higher|faster|longer|warmer|heavier|older|larger|bigger"
)
_LESS = (
    "ago|earlier|before|in the past|early|decrease|fall|drop|decline|loss|deficit|debit|debt"
    "|discount|behind|below|under|under par|below par|below zero(?: celsius| fahrenheit)?"
    "|below sea level|down|downwards?"
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
# "a loss of 5", "up 5".
_TURN_BEFORE = lazy_pattern(
    r"(?:an?[ ])?(?:(?P<more>increase|rise|growth|gain|profit|surplus)"
    r"|(?P<less>decrease|reduction|fall|drop|decline|loss|deficit))[ ]of[ ](?=[$€£¥₹]?\d)"
    r"|(?:(?P<up>up|(?:it[ ])?(?:rose|grew|increased|climbed|went[ ]up)(?:[ ]by)?)"
    r"|(?P<down>down|(?:it[ ])?(?:fell|dropped|declined|decreased|shrank|went[ ]down)(?:[ ]by)?))"
    r"[ ](?=[$€£¥₹]?\d)"
    r"|an?[ ](?=[$€£¥₹]?\d[\d.,]*[ ]?%[ ]"
    r"(?:(?P<rise>increase|rise|gain)|(?P<drop>decrease|drop|fall|decline))\b)",
    re.IGNORECASE,
)
_TURN_STARTS = {
    *("an ", "up ", "it ", "inc", "ris", "ros", "gro", "gre", "gai", "pro", "sur", "cli", "wen"),
    *("dec", "def", "red", "fal", "fel", "dro", "los", "dow", "shr"),
}
# What a turn begins with, apart from letters; a letter may also follow a sign before `end`.
_BEGINS = {" ", "-", "°", "′", "″"}
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w"}


def read_turn_before(text: str, start: int) -> tuple[str, int]:
    """Return the direction of a number whose words begin at `start`, and where these end."""
    begins = text[start : start + 3].lower()
    may_turn = begins in _TURN_STARTS or begins[:2] == "a "
    match = _TURN_BEFORE.match(text, start) if may_turn else None
    if match is None:
        return "", start
    more = match["more"] or match["up"] or match["rise"]
    return "+" if more else "-", match.end()


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
