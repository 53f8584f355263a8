"""Attacks on documents with sealed values: none gives other content than was sealed."""

from __future__ import annotations

import itertools
import re

import pytest
from documents import DOCUMENTS, ENV, JSON, SYNTAXES, YAML, needs_yaml, tokens

from cotool.errors import CotoolError, IntegrityError, VaultError
from cotool.vault import Keyring, accept_values, decrypt_values, encrypt_values


def seal(content, keys, syntax, **options):
    """Seal for the keyring."""
    return encrypt_values(content, keys=[keys.ring], syntax=syntax, **options)


def refused(data, keys, error=VaultError):
    """Check that a changed document does not open."""
    with pytest.raises(error):
        decrypt_values(data, keys=[keys.ring])


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_byte(keys, syntax):
    """A changed byte anywhere, in a token, a key, a comment or the header, is found.

    What stands for the same bytes in JSON's first member, such as a space, may open all the same.
    """
    content = DOCUMENTS[syntax]
    sealed = seal(content, keys, syntax)
    opened = 0
    for place in range(len(sealed)):
        for flip in (1, 0x20):
            changed = bytearray(sealed)
            changed[place] ^= flip
            try:
                found = decrypt_values(bytes(changed), keys=[keys.ring])
            except CotoolError:
                continue
            assert found == content
            opened += 1
    assert opened <= (20 if syntax == "json" else 0)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_cut(keys, syntax):
    """A document that ends early, or goes on, does not open."""
    sealed = seal(DOCUMENTS[syntax], keys, syntax)
    for size in range(0, len(sealed), 7):
        with pytest.raises(CotoolError):
            decrypt_values(sealed[:size], keys=[keys.ring])
    for more in (b"\n", b"A=1\n", b" ", b"# x\n"):
        refused(sealed + more, keys)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_tokens_that_change_places(keys, syntax):
    """Swapped, copied or dropped tokens are found, and between paths they cannot be accepted."""
    sealed = seal(DOCUMENTS[syntax], keys, syntax)
    found = tokens(sealed)
    for one, other in itertools.pairwise(found):
        swapped = sealed.replace(one, b"?").replace(other, one).replace(b"?", other)
        copied = sealed.replace(other, one)
        for changed in (swapped, copied, sealed.replace(one, b""), sealed.replace(one, b"x")):
            refused(changed, keys)
    changed = sealed.replace(found[0], b"?").replace(found[1], found[0]).replace(b"?", found[1])
    with pytest.raises(IntegrityError, match="does not open"):
        accept_values(changed, keys=[keys.ring])


def test_items_of_one_list(keys):
    """Whoever accepts a document vouches for the order in its lists; without that, it is found."""
    sealed = seal(b'["a", "b"]', keys, "json")
    one, two = tokens(sealed)
    swapped = sealed.replace(one, b"?").replace(two, one).replace(b"?", two)
    refused(swapped, keys, IntegrityError)
    accepted = accept_values(swapped, keys=[keys.ring])
    assert decrypt_values(accepted, keys=[keys.ring]) == b'["b", "a"]'


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_lines_dropped_repeated_and_moved(keys, syntax):
    """Every line counts, also those without values."""
    sealed = seal(DOCUMENTS[syntax], keys, syntax)
    lines = sealed.splitlines(keepends=True)
    for number in range(len(lines)):
        for changed in (
            lines[:number] + lines[number + 1 :],
            lines[: number + 1] + lines[number:],
            [*lines[:number], *lines[number + 1 :], lines[number]],
        ):
            data = b"".join(changed)
            if data == sealed:
                continue
            with pytest.raises(CotoolError):
                decrypt_values(data, keys=[keys.ring])


def test_parts_of_other_documents(keys):
    """Tokens, headers and MACs of another document or an older version do not fit."""
    first = seal(ENV, keys, "env")
    second = seal(ENV, keys, "env")
    newer = seal(ENV.replace(b"db1", b"db2"), keys, "env", previous=first)
    for other in (second, newer):
        parts, others = first.splitlines(), other.splitlines()
        for number, (one, two) in enumerate(zip(parts, others, strict=True)):
            if one != two:
                changed = [*parts[:number], two, *parts[number + 1 :]]
                refused(b"\n".join(changed) + b"\n", keys)
    token = tokens(second)[0]
    with pytest.raises(IntegrityError, match="does not open"):
        accept_values(first.replace(tokens(first)[0], token), keys=[keys.ring])


def test_metadata_that_was_removed_or_changed(keys):
    """Without its MAC, with another rule, syntax or version, a document does not open."""
    sealed = seal(ENV, keys, "env", only="PASSWORD")
    title, mac, header, only, *rest = sealed.splitlines(keepends=True)
    body = b"".join(rest)
    for metadata in (
        title + header + only,
        title + mac + only,
        title + mac + header,
        title + mac + header + only.replace(b"only", b"except"),
        title + mac + header + b"# cotool-only: .\n",
        title + mac + header + only + b"# cotool-except: x\n",
        title + mac + mac + header + only,
        title + header + mac + only,
        title.replace(b"env", b"ini") + mac + header + only,
        title.replace(b"env", b"yaml") + mac + header + only,
        title.replace(b"values-1", b"values-0") + mac + header + only,
        title.replace(b"values-1", b"values-2") + mac + header + only,
        title + mac.replace(mac[-10:], b"\n") + header + only,
        mac + header + only,
        b"",
    ):
        refused(metadata + body, keys)
        with pytest.raises(VaultError):
            accept_values(metadata + body, keys=[keys.ring])
    assert accept_values(sealed, keys=[keys.ring]) == sealed


def test_values_in_clear_are_found_and_sealed_when_accepted(keys):
    """A value that was put in, in clear, opens nothing until somebody accepts it, sealed."""
    sealed = seal(ENV, keys, "env")
    changed = sealed.replace(tokens(sealed)[0], b"planted") + b"MORE=added\n"
    refused(changed, keys, IntegrityError)
    accepted = accept_values(changed, keys=[keys.ring])
    assert b"planted" not in accepted
    assert b"added" not in accepted
    expected = ENV.replace(b"DB_HOST=db1", b"DB_HOST=planted") + b"MORE=added\n"
    assert decrypt_values(accepted, keys=[keys.ring]) == expected
    assert tokens(accepted)[1:-1] == tokens(sealed)[1:]


def test_a_key_of_the_first_member_in_json(keys):
    """The first member has one form only; what is beside it is content."""
    sealed = seal(JSON, keys, "json")
    for old, new in (
        (b'"values": "1 json"', b'"values": "1 json", "more": "x"'),
        (b'"values": "1 json"', b'"values": "1 env"'),
        (b'"values": "1 json"', b'"values": 1'),
        (b'"mac": "', b'"mac": ["'),
        (b'"mac"', b'"m\\u0061c", "mac"'),
        (b'"name"', b'"cotool": "x", "name"'),
    ):
        assert old in sealed
        refused(sealed.replace(old, new, 1), keys)


@needs_yaml
def test_tricks_of_yaml(keys):
    """Anchors, tags, merge keys, indentation and quotes are under the MAC."""
    sealed = seal(YAML, keys, "yaml")
    for old, new in (
        (b"&db", b"&dc"),
        (b"again: *pw", b"again: *db"),
        (b"  <<: *db\n", b""),
        (b"!custom", b"!!map"),
        (b"%YAML 1.2", b"%YAML 1.1"),
        (b"---\n- ", b"- "),
        (b"# a host", b"# another"),
        (b"  host", b"   host"),
    ):
        assert old in sealed
        refused(sealed.replace(old, new, 1), keys, IntegrityError)


def test_another_keyring_never_makes_a_document_that_opens(keys):
    """Whoever has other keys can write a document, but not one that these keys open."""
    stranger = Keyring.generate()
    forged = encrypt_values(ENV, keys=[stranger], syntax="env")
    assert decrypt_values(forged, keys=[stranger]) == ENV
    refused(forged, keys)
    mine = seal(ENV, keys, "env")
    header = re.search(rb"# cotool-header: .*\n", mine)[0]
    refused(re.sub(rb"# cotool-header: .*\n", header, forged), keys, IntegrityError)
