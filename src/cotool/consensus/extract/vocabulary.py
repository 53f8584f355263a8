"""Function words and negations of the commonest languages of Europe."""

from __future__ import annotations

from collections.abc import Iterable


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def has_any(text: str, parts: Iterable[str]) -> bool:
    """Return whether a text has one of some parts: a quick test before a slow pattern."""
    for part in parts:  # noqa: SIM110 - any() with a generator takes twice as long
        if part in text:
            return True
    return False


# Words that carry grammar, not content: English, with the commonest words of its neighbours. A
# missing function word is a term that every expert uses, which distinguishes it from content.
FUNCTION_WORDS = _words(
    """
    a about above after again all also am an and any are aren't as at be because been before being
    below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't
    down during each either else even ever every few for from further get gets got had has have
    having he her here hers him his how however i i'd i'll i'm i've if in into is isn't it it's its
    itself just let let's like many may me might more most much must my no nor not now of off often
    on once one only or other our out over own per quite rather really same shall she should so some
    still such than that that's the their them then there there's these they they're this those
    though through thus to too under until up upon us very was wasn't we we'd we'll we're we've were
    what when where whether which while who whom whose why will with within without won't would yes
    one two three four five six seven eight nine ten first second third answer answers
    yet you you'd you'll you're your two three four five six seven eight nine ten
    der die das und ist nicht ein eine zu den von mit auf für im dem des sich auch als
    le la les un une et est pas de du des à en que qui dans pour sur au ce se
    el los las y es no que en un una por con para del al lo se su
    il lo gli e è non che di un una per con da
    """
)

# Several of these in one sentence are one negation: "no ha venido nadie", "никто не пришёл".
_IN_CONCORD = _words(
    """
    no
    ne pas jamais aucun aucune
    nadie nunca ningún ninguno ninguna tampoco
    non nessun nessuno nessuna
    não ninguém nenhum nenhuma
    nie nigdy nikt żaden żadna żadne
    není nejsou nebyl nebyla nebylo nikdy nikdo žádný žádná žádné
    не нет никогда никто ничего
    """
)
# Two of these affirm: "never without".
NEGATIONS = _IN_CONCORD | _words(
    """
    not never none nobody nothing nor neither cannot without
    nicht kein keine keinen keiner niemals niemand ohne
    niet geen nooit niemand zonder
    inte ikke aldrig aldri ingen inga ingenting utan uden uten
    sans senza sem bez без değil
    不 没 無 无 未 否
    """
)
# What begins a French word that negates: "n'est".
_ELIDED = "n'"


def is_negation(word: str) -> bool:
    """Return whether a (folded) word negates, as "never" and "isn't" do."""
    return word in NEGATIONS or word.endswith("n't") or word.startswith(_ELIDED)


def in_concord(word: str) -> bool:
    """Return whether a word that negates is one negation together with others of its kind."""
    return word in _IN_CONCORD or word.startswith(_ELIDED)
