"""Masked messages as tokens: blanks, delimiters, and words that are whole.

A message comes from the kernel with a mark in place of each parameter.
"""

from __future__ import annotations

from functools import lru_cache

from cotool._fast.logs import forms
from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re

PARAMETER = forms.PARAMETER.decode()
SHOWN = "<*>"
# Before a request in a key; it is no word, as it begins with a quote.
REQUEST = '"\ue000'
_MARKS = str.maketrans(
    dict.fromkeys((forms.TIME.decode(), forms.EPOCH.decode(), forms.FOLDED.decode()), PARAMETER)
)
_DELIMITERS = "()[]{}<>,;=\"'|:"
_WORD = r"[^ \t()\[\]{}<>,;=\"'|:]"
# Blanks, a delimiter, or a word. Commas without blanks around them join words, as in "yarn,curi";
# "ready=true,policy=3" is an exception.
# The request of an access log with its status is one token (requests.py).
_REQUEST = r'"[A-Z]{2,10} /[^ \t"]*(?: HTTP/\d(?:\.\d)?)?" \d{3}(?= |$)'
_ANY_REQUEST = lazy_pattern(_REQUEST)
_TOKEN = lazy_pattern(
    rf"[ \t]+|{_REQUEST}|{_WORD}+(?:,{_WORD}+(?!{_WORD}|=))*|[()\[\]{{}}<>,;=\"'|:]"
)
_ANY_WORD = lazy_pattern(rf"{_WORD}+(?:,{_WORD}+(?!{_WORD}|=))*")
# A word that contains a parameter is one as a whole: blk_<*>, <*>ms, http://<*>. Punctuation at the
# end of a sentence, and dots that lead to a value, are not part of it.
_CHUNK = lazy_pattern(
    rf"(?:(?<![^ \t()\[\]{{}}<>,;=\"'|:])[a-z][a-z0-9+.-]*:(?=//))?{_WORD}*{PARAMETER}{_WORD}*"
)
_PLAIN_LIST = lazy_pattern(rf"{PARAMETER}(?:[#|/]+{PARAMETER})*[#|/]*")
_END = lazy_pattern(r"(?:[.!?%]+|[^\w\s]*\.\.\.)$")
_LEAD = lazy_pattern(rf"(?:.*\.\.|[a-z]+\.)(?={PARAMETER})")
# A host and a port, 10.0.0.1:80 or a.example.net:443, or a position in a file.
_PORT = lazy_pattern(rf"(?:{PARAMETER}|(?<![^ \t(\[<,;=\"'|]){_WORD}*[.]{_WORD}*):{PARAMETER}"
                   rf"(?::{PARAMETER})*")  # fmt: skip
_AFTER_EQUALS = lazy_pattern(rf"(?<==){PARAMETER}(?:[#|/]+{PARAMETER})+")
_CONSTANT = lazy_pattern(
    r"(?<![^ \t=:,(\[{])(?:true|false|True|False|None|null|nil|undefined|NaN)(?![^ \t,;)\]}.])"
)


def text_of(message: bytes) -> str:
    """Return a form's message as text, every mark of a parameter the same."""
    return message.decode("utf-8", "surrogateescape").translate(_MARKS)


def tokenise(message: str) -> list[str]:
    """Return the tokens of a message; joined they are the message."""
    return _TOKEN.findall(message)


def is_word(token: str) -> bool:
    """Return whether a token is neither blanks nor a delimiter."""
    return token[0] not in " \t" and token[0] not in _DELIMITERS


def shape(tokens: tuple[str, ...]) -> tuple[int, str]:
    """Return what messages of one shape share: the number of tokens, and the text without words.

    A request is shared as it is.
    """
    if REQUEST not in tokens:
        return len(tokens), _ANY_WORD.sub("w", "".join(tokens))
    return len(tokens), "".join("w" if is_word(token) else token for token in tokens)


@lru_cache(maxsize=1 << 14)
def whole_words(message: str) -> str:
    """Return a message in which each word that contains a parameter is one parameter."""
    request = _ANY_REQUEST.search(message) if '"' in message else None
    if request is not None:
        before, after = message[: request.start()], message[request.end() :]
        return f"{whole_words(before)}{request[0]}{whole_words(after)}"
    message = _CONSTANT.sub(PARAMETER, message)
    if PARAMETER not in message:
        return message
    message = _PORT.sub(PARAMETER, _CHUNK.sub(_whole, message))
    return _AFTER_EQUALS.sub(PARAMETER, message)


def _whole(found: re.Match[str]) -> str:
    word = found[0]
    if len(word) == 1 or _PLAIN_LIST.fullmatch(word):
        return word
    lead, end = _LEAD.match(word), _END.search(word)
    start, stop = lead.end() if lead else 0, end.start() if end else len(word)
    return f"{word[:start]}{PARAMETER}{word[stop:]}"
