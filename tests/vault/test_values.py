"""Sealed values: what comes back, what stays readable, and what keeps its ciphertext."""

from __future__ import annotations

import json
import sys

import pytest
from documents import DOCUMENTS, ENV, INI, JSON, SYNTAXES, YAML, masked, needs_yaml, tokens

import reference
from cotool.errors import InputError, MissingExtraError, UnsupportedFormatError, WrongKeyError
from cotool.vault import Keyring, Passphrase, decrypt_values, encrypt_values
from cotool.vault.values.document import open_document, parts_of


def seal(content, keys, syntax, **options):
    """Seal for the keyring."""
    return encrypt_values(content, keys=[keys.ring], syntax=syntax, **options)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_the_document_comes_back_byte_for_byte(keys, syntax):
    """With any ends of lines, and a byte order mark; no value is readable meanwhile."""
    for content in (
        DOCUMENTS[syntax],
        DOCUMENTS[syntax].replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + DOCUMENTS[syntax],
        DOCUMENTS[syntax].rstrip(b"\n"),
        b"" if syntax != "json" else b"{}",
    ):
        sealed = seal(content, keys, syntax)
        assert decrypt_values(sealed, keys=[keys.ring]) == content
        for secret in (b"hunter2", b"s3cret", b"it is", b"first\nsec", b"123456789"):
            assert secret not in masked(sealed)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_did_not_change_keeps_its_ciphertext(keys, syntax):
    """Sealed again, a document is the same; one changed value changes one token and the MAC."""
    content = DOCUMENTS[syntax]
    sealed = seal(content, keys, syntax)
    assert seal(content, keys, syntax, previous=sealed) == sealed
    changed = content.replace(b"db1", b"db2", 1)
    again = seal(changed, keys, syntax, previous=sealed)
    assert decrypt_values(again, keys=[keys.ring]) == changed
    before, after = tokens(sealed), tokens(again)
    assert len(before) == len(after) > 3
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    lines = zip(sealed.splitlines(), again.splitlines(), strict=True)
    assert sum(one != other for one, other in lines) == 2
    assert seal(content, keys, syntax) != sealed


def test_items_of_lists_keep_their_ciphertext_when_others_come_before(keys):
    """An item is bound to its list, and no token is used twice."""
    sealed = seal(b'["a", "b", "b"]', keys, "json")
    one, two, three = tokens(sealed)
    assert two != three
    again = seal(b'["new", "a", "b", "b", "b"]', keys, "json", previous=sealed)
    assert tokens(again)[1:4] == [one, two, three]
    assert len({*tokens(again)}) == 5


def test_keys_order_and_comments_stay_readable(keys):
    """Only the values are replaced."""
    text = masked(seal(ENV, keys, "env")).decode().split("\n", 3)[3]
    assert text == (
        "# the database\nDB_HOST=T\nexport DB_PASSWORD=T  # changed in May\nMULTI=T\nEMPTY=T\n"
        "URL=T\nHOME_URL=T\n"
    )
    text = masked(seal(INI, keys, "ini")).decode().split("\n", 3)[3]
    assert text == (
        "root = T\n; what it does\n[database]\nhost = T\npassword: T\nlines =T\n# end\n"
        "[empty]\nflag\nnone =T\n[owner]\nname=T\n"
    )
    found = json.loads(masked(seal(JSON, keys, "json")))
    assert list(found)[:4] == ["cotool", "name", "db", "ratio"]
    assert found["users"] == [{"name": "T", "key": "T"}, {"name": "T", "key": "T"}]


@needs_yaml
def test_yaml_stays_yaml(keys):
    """Anchors, aliases, merge keys, comments and several documents are still what they were."""
    text = masked(seal(YAML, keys, "yaml")).decode().split("\n", 3)[3]
    assert text == (
        "%YAML 1.2\n---\n# the database\ndb: &db\n  host: T # a host\n  password: T\n  port: T\n"
        "  version: T\n  zip: T\n  big: T\n  day: T\n  none: T\n  tilde: T\ncopy:\n  <<: *db\n"
        "  password: &pw T\nagain: *pw\nscript: T\n\nfolded: T\nplain: T\n"
        'flow: {a: "T", "c": ["T", "T", ], d: "T" }\nusers:\n- name: T\n  key: T\n- T\n'
        '- !custom {x: "T"}\n...\n---\n- T\n--- T\n'
    )


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_which_keys_are_sealed(keys, syntax):
    """The rule stays when the document is sealed again, unless another one is given."""
    content = DOCUMENTS[syntax]
    only = seal(content, keys, syntax, only="(?i)^(db_)?password$")
    assert b"db1" in only
    assert b"hunter2" not in only
    assert 1 <= len(tokens(only)) <= 2
    assert seal(content, keys, syntax, previous=only) == only
    others = seal(content, keys, syntax, others="(?i)host$", previous=only)
    assert b"db1" in others
    assert len(tokens(others)) > 4
    assert {*tokens(only)} <= {*tokens(others)}
    for sealed in (only, others):
        assert decrypt_values(sealed, keys=[keys.ring]) == content


def test_every_kind_of_key_opens(keys, cheap):
    """A keyring and a passphrase, with the wrong one refused."""
    sealed = encrypt_values(JSON, keys=[keys.ring, keys.phrase], syntax="json")
    for key in (keys.ring, keys.phrase):
        assert decrypt_values(sealed, keys=[key]) == JSON
    for key in (Keyring.generate(), Passphrase("other", cost=cheap)):
        with pytest.raises(WrongKeyError):
            decrypt_values(sealed, keys=[key])


def test_what_cannot_be_sealed(keys):
    """Errors name the file and the line, and show no value."""
    cases = [
        ("json", b'{"a": "secret",\n "a": 2}', "f, line 2: the key 'a' occurs twice"),
        ("json", b'{"a":\n "secret" "secret"}', "line 2: expected a comma, not a string"),
        ("json", b'{"a" "secret"}', "line 1: expected :, not a string"),
        ("json", b"{\n// secret\n}", "line 2: is not JSON"),
        ("json", b'"secret"', "the top level"),
        ("json", b'{"a": [1,\n]}', "line 2: expected a value, not ]"),
        ("json", b'{"a": NaN}', "line 1: is not JSON"),
        ("json", b'{"a": 007}', "line 1: is not JSON"),
        ("json", b'{"a": "sec\nret"}', "line 1: a string is never closed"),
        ("json", b'{"a": "\\x"}', "line 1: a string is never closed or not valid"),
        ("json", b'{"a": 1} {', "line 1: there is something after"),
        ("json", b'{"a": 1', "line 1: the document ends too early"),
        ("json", b"", "the document ends too early"),
        ("json", b'{"cotool": {"a": 1}}', "the key 'cotool' is reserved"),
        ("json", b"[" * 300 + b"]" * 300, "line 1: is nested more than 200 levels deep"),
        ("json", b'["\xff"]', "line 1: is not UTF-8"),
        ("json", b"[" + b"1," * 30_000 + b"1]", "more than 20,000 values"),
        ("json", b"[" + b" " * (1 << 20) + b"]", "more than 1 MiB"),
        ("env", b"A=1\nB = secret\n", "f, line 2: expected NAME=value"),
        ("env", b"A=1\nA=2\n", "line 2: the key 'A' occurs twice; it is also in line 1"),
        ("env", b"A='secret\n", "line 1: the quote is never closed"),
        ("env", b"A= secret\n", "line 1: there is a space after ="),
        ("ini", b"[a]\n= secret\n", "f, line 2: expected [section] or key = value"),
        ("ini", b"[a]\npassword secret\n", "line 2: has no = or :"),
        ("ini", b"[a]\nsecret\\\n", "line 2: has no = or :"),
        ("json", b'{"%s": 1}' % (b"k" * 5000), "its keys have more than 4,096 characters"),
        ("ini", b"[a]\nb = 1\rc = 2\n", "line 2: has a carriage return"),
        ("toml", b"", "'toml' is not one of"),
        ("env", b"A=cotool-value-1:abc\n", "line 1: the value is already sealed"),
    ]
    for syntax, content, expected in cases:
        with pytest.raises(InputError) as caught:
            encrypt_values(content, keys=[keys.ring], syntax=syntax, name="f")
        assert expected in str(caught.value), content[:40]
        assert "secret" not in str(caught.value)
    for rule in ({"only": "("}, {"only": "a", "others": "b"}, {"only": "a\nb"}, {"others": ""}):
        with pytest.raises(InputError):
            encrypt_values(ENV, keys=[keys.ring], syntax="env", **rule)


@needs_yaml
def test_yaml_that_cannot_be_sealed(keys):
    """What has no path, and what is not YAML, is refused with its line."""
    cases = [
        (b"a: b\na: c\n", "f, line 2: the key 'a' occurs twice"),
        (b"x: y\n[a]: b\n", "line 2: a key that is an alias, a list or a mapping"),
        (b"x: &a y\n*a : b\n", "line 2: a key that is an alias, a list or a mapping"),
        (b"a: [\n", "line 2: is not YAML"),
        (b"a: 'secret\n", "line 2: is not YAML"),
        (b"a: \x01\n", "line 1: has a character that YAML does not allow"),
        (b"[" * 5000, "line 1: is nested more than 200 levels deep"),
        (b"a: b\n\tc: d\n", "line 2: is not YAML"),
        (b'a: "\\U00110000"', "is not YAML"),
    ]
    for content, expected in cases:
        with pytest.raises(InputError) as caught:
            encrypt_values(content, keys=[keys.ring], syntax="yaml", name="f")
        assert expected in str(caught.value), content[:40]
        assert "secret" not in str(caught.value)


@needs_yaml
def test_a_bomb_of_aliases_is_small(keys):
    """No alias is expanded."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    content = "\n".join(lines).encode()
    sealed = seal(content, keys, "yaml")
    assert len(tokens(sealed)) == 9
    assert decrypt_values(sealed, keys=[keys.ring]) == content


def test_yaml_without_its_package(keys, monkeypatch):
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(MissingExtraError) as caught:
        seal(b"a: b", keys, "yaml")
    assert "cotool[yaml]" in str(caught.value.hint)


def test_a_document_is_sealed_once(keys):
    """Sealing a sealed document, or opening one in clear, is an error."""
    sealed = seal(ENV, keys, "env")
    with pytest.raises(InputError, match="sealed already"):
        seal(sealed, keys, "env")
    with pytest.raises(UnsupportedFormatError, match="no sealed values"):
        decrypt_values(ENV, keys=[keys.ring])
    with pytest.raises(InputError, match="was sealed as env"):
        seal(INI, keys, "ini", previous=sealed)
    with pytest.raises(UnsupportedFormatError, match="newer version"):
        decrypt_values(sealed.replace(b"values-1 env", b"values-2 env"), keys=[keys.ring])


def test_as_the_format_says(keys):
    """The oracle opens a document with nothing but the standard primitives."""
    for syntax, content, options in (
        ("env", ENV, {"only": "PASSWORD|EMPTY"}),
        ("env", ENV, {}),
        ("ini", INI, {"others": "none"}),
    ):
        sealed = encrypt_values(content, keys=[keys.ring, keys.phrase], syntax=syntax, **options)
        values = open_document(sealed, [keys.ring], "f").opened()
        paths = [
            [None if isinstance(step, int) else step for step in value.path]
            for value, _, clear in values
            if clear is not None
        ]
        slots = parts_of(sealed, "f").header.slots
        found = reference.open_values(sealed, keys.secrets(slots), paths)
        assert found.encode() == content


@pytest.mark.parametrize("rule", [{"only": "passwrod"}, {"others": "pass"}])
def test_a_rule_that_seals_nothing_is_refused(keys, rule):
    """A pattern that leaves all values readable is an error; a document without values is none."""
    content = b"password=x\n"
    with pytest.raises(InputError, match="no value would be sealed"):
        encrypt_values(content, keys=[keys.ring], syntax="env", **rule)
    assert encrypt_values(b"# nothing\n", keys=[keys.ring], syntax="env", **rule)
    assert encrypt_values(content, keys=[keys.ring], syntax="env", only="pass")
