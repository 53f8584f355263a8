"""Requests of access logs in templates: each resource has a template, with its method and status.

In a message from the kernel, a request with its status is "GET /users/<*> HTTP/1.1" 200 (see
_fast/logs/logrequest.h). In a key it is the token REQUEST, which covers no token of the message,
and one token for the request, which no step divides or joins.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from cotool.logs.templates.tokens import PARAMETER, REQUEST

_HELD = "\ue001"  # a parameter within a request
# A place with more segments than this has values, such as the names of articles.
# An assumption, tried on made-up access logs only.
_MOST_SEGMENTS = 300
_PARTS = re.compile(r'("[A-Z]+ )(\S*?)((?: HTTP/[\d.]+)?" \d{3})')


def is_request(token: str) -> bool:
    """Return whether a token of a message or of a key is a request."""
    return len(token) > 1 and token[0] == '"' and token != REQUEST


def held(token: str) -> str:
    """Return the token of a key for a request."""
    return token.replace(PARAMETER, _HELD)


def marked(tokens: Iterable[str]) -> tuple[str, ...]:
    """Return the tokens of a form as those of a key, with REQUEST before each request."""
    return tuple(
        part
        for token in tokens
        for part in ((REQUEST, held(token)) if is_request(token) else (token,))
    )


def form_of(key: Iterable[str]) -> str:
    """Return the text of a key, with PARAMETER where it has a value."""
    return "".join(token for token in key if token != REQUEST).replace(_HELD, PARAMETER)


def fits(form: str, token: str) -> bool:
    """Return whether a token is one of a template: the same, a value, or a request of its form."""
    if form in {token, PARAMETER}:
        return True
    if not (is_request(form) and is_request(token) and _HELD in form):
        return False
    pattern = re.escape(form).replace(_HELD, '[^/" ]+')
    return re.fullmatch(pattern, token) is not None


def shown_request(token: str) -> str:
    """Return the text of a request in a template, with PARAMETER where it has a value."""
    return token.replace(_HELD, PARAMETER)


def folded(tokens: Iterable[str]) -> dict[str, str]:
    """Return for each request of keys its form, in which places of many segments are values."""
    parts = {token: _PARTS.fullmatch(token) for token in tokens}
    paths = {found[2]: found[2].split("/") for found in parts.values() if found is not None}
    depth, left = 0, list(paths.values())
    while left:
        places: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for path in left:
            places[tuple(path[:depth])].add(path[depth])
        for path in left:
            if len(places[tuple(path[:depth])]) > _MOST_SEGMENTS:
                path[depth] = _HELD
        depth += 1
        left = [path for path in left if len(path) > depth]
    return {
        token: f"{found[1]}{'/'.join(paths[found[2]])}{found[3]}"
        for token, found in parts.items()
        if found is not None
    }


def replaced_requests(key: Sequence[str], forms: dict[str, str]) -> tuple[str, ...]:
    """Return the tokens of a key with its requests in these forms."""
    return tuple(forms.get(token, token) for token in key) if REQUEST in key else tuple(key)
