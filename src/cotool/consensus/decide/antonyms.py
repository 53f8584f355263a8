"""Antonyms.

A pair is in the table if both words answer the same question, each denies the other, and neither is
formed from the other by a prefix (words.py handles these): degrees (hot, cold), quantities (more,
fewer), directions (left, right), order in time (before, after), changes (rise, fall), states (open,
closed), converse verbs (buy, sell). Synonyms share a line, so "raise" is an antonym of "lower".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache

from cotool.consensus.decide.anchors import stem

# "unsafe" negates "safe".
DENYING_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")
_SHORTEST = 3
# The letters by which the table is searched; no stem is shorter than these.
_START = 2

# One line for each pair of sides; words are compared by their stems.
_SIDES = """
hot warm / cold cool chilly
high higher highest / low lower lowest
big large bigger larger biggest largest / small little smaller smallest
long longer longest tall taller tallest / short shorter shortest
fast faster quick quickly / slow slower slowly
early earlier / late later
young younger / old older
new newer / old older
strong stronger / weak weaker
heavy heavier / light lighter
hard harder difficult / easy easier
good better best / bad worse worst
rich / poor
full / empty
dry / wet
clean / dirty
thick / thin
wide / narrow
deep / shallow
dark / bright light
loud / quiet
soft / hard
cheap cheaper / expensive
safe / dangerous
healthy / sick ill
happy / sad
true / false
right correct / wrong incorrect
left / right
up upward upwards / down downward downwards
above over / below under
inside in indoors inward inwards / outside out outdoors outward outwards
north / south
east / west
front / back
first / last
before / after
always / never
many much / few
all everyone everybody everything / none nobody nothing
more most higher increase rise rose risen raise grow grew grown gain expand / less fewer least \
fewest decrease fall fell fallen reduce decline drop shrink shrank lower lose lost
add / remove subtract
open opened / close closed shut
start began begin begun / stop end ended finish
buy bought / sell sold
lend lent / borrow
give gave given / take took taken
push / pull
win won / lose lost
accept agree / reject refuse disagree
allow permit / forbid forbidden ban prohibit
enable / disable
love / hate
arrive / leave left depart
enter / exit leave
import / export
hire / fire dismiss
pass passed / fail failed
success / failure
alive / dead
male man men boy / female woman women girl
day / night
summer / winter
public / private
positive / negative
maximum max / minimum min
odd / even
ancient / modern
permanent / temporary
guilty / innocent
asleep / awake
present / absent
yes / no
heiß warm / kalt
groß größer / klein kleiner
hoch höher / niedrig tief
schnell / langsam
alt / neu jung
gut besser / schlecht schlechter
vor vorher / nach nachher
links / rechts
oben / unten
mehr steigen steigt erhöhen / weniger sinken sinkt senken
offen geöffnet / geschlossen
kaufen kauft / verkaufen verkauft
immer / nie niemals
richtig / falsch
chaud / froid
grand / petit
haut / bas
rapide / lent
vieux / neuf jeune nouveau
bon meilleur / mauvais pire
avant / après
gauche / droite
ouvert / fermé
plus augmenter augmente / moins diminuer diminue baisser baisse
acheter / vendre
toujours / jamais
vrai / faux
caliente / frío
grande / pequeño
alto / bajo
rápido / lento
viejo / nuevo joven
bueno mejor / malo peor
antes / después
izquierda / derecha
abierto / cerrado
más aumentar aumenta subir sube / menos disminuir disminuye bajar baja
comprar / vender
siempre / nunca
verdadero / falso
"""


@cache
def _by_start() -> dict[str, list[tuple[str, tuple[int, int]]]]:
    """Return the words of the table by their first letters, each with its pair and its side."""
    found: dict[str, list[tuple[str, tuple[int, int]]]] = defaultdict(list)
    for pair, line in enumerate(_SIDES.strip().splitlines()):
        for side, words in enumerate(line.split("/")):
            for word in words.casefold().split():
                found[word[:_START]].append((word, (pair, side)))
    return found


@lru_cache(1 << 12)
def poles_of(word: str) -> frozenset[tuple[int, int]]:
    """Return the pairs of opposites that a folded word belongs to, each with its side."""
    root = stem(word)
    # Words with the same stem start alike, unless they are numbers, of which the table has none.
    # Stemming all of them takes 1.6 ms.
    alike = _by_start().get(word[:_START], ()) if word.startswith(root) else ()
    return frozenset(poles for other, poles in alike if stem(other) == root)


def opposites(words: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the words that are antonyms of one of the others."""
    theirs = {(pair, 1 - side) for other in others for pair, side in poles_of(other)}
    return tuple([word for word in words if not theirs.isdisjoint(poles_of(word))])


def bare_of(word: str) -> str:
    """Return a word without its negating prefix; "" if it has none."""
    for prefix in DENYING_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST:
            return word.removeprefix(prefix)
    return ""
