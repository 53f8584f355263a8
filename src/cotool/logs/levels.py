"""The levels of records, and the sets of keywords. Loads no kernel before it is used."""

from __future__ import annotations

from cotool.errors import unknown

# In order of severity. The level of a record is `unknown` if its format shows none.
LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "critical", "unknown")
ERRORS = ("error", "critical")
SEVERE = ("warning", *ERRORS)
KEYWORDS = ("error", "warning")

# Words that name levels, but not in logs.
_ALSO = {"errors": "error", "warnings": "warning", "none": "unknown", "unknown": "unknown"}


def level_named(word: str, parameter: str) -> str:
    """Return the level that a word or letter names, in any case, as logs do. Raises InputError."""
    from cotool._fast.logs import logscan

    word = word.strip()
    if word.lower() in _ALSO:
        return _ALSO[word.lower()]
    for form in (word, word.lower(), word.upper()):
        level = LEVELS[logscan.value_level(form.encode("utf-8", "replace"))]
        if level != "unknown":
            return level
    raise unknown(word, LEVELS, parameter, message=f"{word!r} is not a level")
