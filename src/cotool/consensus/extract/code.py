"""Responses that are code: compared token by token, without comments and white space."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool.averages import median
from cotool.consensus.extract.extracted import Extracted

# Longer programs are hardly ever equal; they are compared as texts.
MOST_TOKENS = 400
FEW_TOKENS = 80
MOST_SHARED = 0.6
_LONGEST = 20_000

_FENCED = lazy_pattern(r"```[\w+#.-]{0,20}[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_STARTS = lazy_pattern(
    r"""^[ \t]*(?:(?:async[ ])?def[ ]\w+[ ]?\(|class[ ]\w+[ ]?[:({]|import[ ][\w.]+[ ]*;?$
    |from[ ][\w.]+[ ]import[ ]|(?:for|while|if|elif|with|try)\b[^\n]{0,200}[:{][ ]*$
    |return[ ][^\n]{0,200}[-+*/(\[<>=][^\n]{0,200}$|print[ ]?\(|lambda[ ]\w+[ ]?:
    |(?:const|let|var|int|float|double|long|auto|public|static|void)[ ][\w<>\[\]]+[ ]?[=(;]
    |function[ ]?\w*[ ]?\(|\#include[ ]?<|fn[ ]\w+\(|func[ ]\w+\(
    |(?:SELECT|WITH)\s[^;]{1,400}?\s(?:FROM|AS)\s|INSERT[ ]INTO[ ]|UPDATE[ ]\S+[ ]SET[ ]
    |DELETE[ ]FROM[ ]|(?:CREATE|ALTER|DROP)[ ](?:TABLE|VIEW|INDEX)[ ]
    |(?:select|delete)\s[^;.]{1,400}?\sfrom\s\w+(?:\s(?:where|group|order|join|limit|inner|left)\b|;|$)
    |[\w.]+(?:\[[^\]\n]{0,80}\])?[ ]?[-+*/%]?=[ ]?[^=\s][^\n]{0,300}$
    |[\w.]+\([^()\n]{0,200}(?:\([^()\n]{0,100}\)[^()\n]{0,100})?\);?[ ]*$)""",
    re.VERBOSE | re.MULTILINE,
)
_SQL = lazy_pattern(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\b", re.IGNORECASE)
_TOKEN = lazy_pattern(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*|(?<![\w&])\#(?!include)[^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[^\W\d]\w*
    |\*\*=?|//=?|<<=?|>>=?|[-+*/%&|^<>=!:]=|&&|\|\||->|=>|\+\+|--|::|[^\s\w]""",
    re.VERBOSE | re.DOTALL,
)


def code_of(text: str) -> str | None:
    """Return the text if it is code, or its longest fenced block; None for other texts."""
    if len(text) > _LONGEST:
        return None
    if "```" in text:
        blocks = [block.strip("\n") for block in _FENCED.findall(text)]
        return next((block for block in sorted(blocks, key=len, reverse=True) if block), None)
    first = text.partition("\n")[0]
    return text if not first.endswith((".", "?", "!")) and _STARTS.match(text) else None


def is_query(text: str) -> bool:
    """Whether a text is a statement of SQL."""
    return bool(_SQL.match(text)) and code_of(text) is not None


def code_tokens(code: str) -> list[str]:
    """Return the tokens of code; quotes are unified, and words of SQL are casefolded."""
    sql = bool(_SQL.match(code))
    found: list[str] = []
    for match in _TOKEN.finditer(code):
        token = match[0]
        if match["comment"]:
            continue
        if match["string"] and not sql:
            token = f'"{token[1:-1]}"'
        found.append(token.casefold() if sql and not match["string"] else token)
    while found and found[-1] == ";":
        found.pop()
    return found


def _alike(pieces: list[list[str]]) -> bool:
    """Whether most pieces share most of their tokens with the first."""
    first = Counter(pieces[0])
    shared = [
        2 * (first & Counter(own)).total() / (len(own) + len(pieces[0])) for own in pieces[1:]
    ]
    return bool(shared) and median(shared) >= MOST_SHARED


def code_values(texts: Sequence[str]) -> list[Extracted | None] | None:
    """Return each text's code as an answer; None if a vote on them makes no sense.

    A vote makes sense if two pieces are equal, or if short pieces share most of their tokens.
    """
    texts = [text.strip() for text in texts]
    codes = list(map(code_of, texts))
    given = sum(code is not None for code in codes)
    if given < 2 or given < 0.6 * sum(map(bool, texts)):
        return None
    tokens = [None if code is None else code_tokens(code) for code in codes]
    sizes = sorted(len(one) for one in tokens if one is not None)
    values = [None if one is None else " ".join(one) for one in tokens]
    distinct = len({value for value in values if value})
    if sizes[-1] > MOST_TOKENS:
        return None
    if distinct == given and (sizes[-1] > FEW_TOKENS or not _alike([one for one in tokens if one])):
        return None
    return [
        Extracted(value, "code", code.strip(), "code, token by token") if value and code else None
        for value, code in zip(values, codes, strict=True)
    ]
