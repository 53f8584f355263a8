"""The message of structured lines: the keys under which it is found, and what becomes its form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool._fast.logs import logscan
from cotool._fast.logs.forms import mask

KEYS = logscan.text_keys()
HOLDERS = ("jsonPayload", "payload", "fields", "record", "body", "event", "log", "data")


def message_of(value, deep=2):
    """The oracle: the string under the best key, else that of the first object that may hold it."""
    texts = [
        (KEYS.index(key.lower()), n, text)
        for n, (key, text) in enumerate(value.items())
        if key.lower() in KEYS and isinstance(text, str) and text
    ]
    if texts:
        return min(texts)[2]
    holders = {name.lower() for name in HOLDERS}
    for key, inner in value.items():
        if isinstance(inner, dict) and key.lower() in holders:
            return message_of(inner, deep - 1) if deep else None
    return None


names = st.sampled_from([*KEYS[:8], "Message", "level", "x", *HOLDERS])
texts = st.sampled_from(["one", "two words", "", "three"])


@given(st.dictionaries(names, st.recursive(texts | st.integers(0, 9), lambda inner:
       st.dictionaries(names, inner, max_size=3), max_leaves=6), max_size=5))  # fmt: skip
def test_the_message_is_the_oracles(value):
    """The form of an object is that of its message, wherever that is."""
    wanted = message_of(value)
    signature, message, *_ = mask(json.dumps(value).encode().ljust(12))
    if wanted is None:
        assert signature != b"{"
    else:
        assert (signature, message) == (b"{", wanted.encode())


@pytest.mark.parametrize("key", KEYS)
def test_every_key_gives_its_message(key):
    """Whatever the key is called, its string is the template."""
    for line in (
        f'{{"level":"info","{key}":"took 12 ms"}}',
        f'{{"level":"info","{key.upper()}":"took 12 ms"}}',
        f'api-1  | {{"{key}":"took 12 ms"}}',
        f'level=info {key}="took 12 ms"',
    ):
        assert mask(line.encode())[1] == b"took \x01 ms"


def test_text_before_an_object_is_text():
    """An object in a sentence is part of it."""
    assert mask(b'Got this reply {"msg":"x"}')[:2] == (b"", b'Got this reply {"msg":"x"}')
