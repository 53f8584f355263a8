"""The levels of records, the words for them, and the sets of keywords. Imports no kernel."""

from __future__ import annotations

from cotool.errors import InputError

# In order of severity. The level of a record is `unknown` if its format shows none.
LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "critical", "unknown")
KEYWORDS = ("error", "warning")
# Other names that people use for levels.
_WORDS = {level: level for level in LEVELS} | {
    "err": "error", "errors": "error", "warn": "warning", "warnings": "warning",
    "fatal": "critical",
    "crit": "critical", "emerg": "critical", "information": "info", "none": "unknown",
}  # fmt: skip


def level_named(word: str, parameter: str) -> str:
    """Return the level named by `word`, in any case. Raises InputError if there is none."""
    level = _WORDS.get(word.strip().lower())
    if level is None:
        from difflib import get_close_matches

        meant = get_close_matches(word.lower(), _WORDS, n=1, cutoff=0.7)
        hint = f"did you mean {_WORDS[meant[0]]}? " if meant else ""
        raise InputError(
            f"{word!r} is not a level", parameter=parameter, hint=hint + ", ".join(LEVELS)
        )
    return level
