"""Sealed values of documents that nobody wrote: all come back, and other readers see no value."""

from __future__ import annotations

import configparser
import json
import re

import pytest
from documents import DOCUMENTS, HAS_YAML, SYNTAXES, needs_yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotool.errors import CotoolError
from cotool.vault import Keyring, accept_values, decrypt_values, encrypt_values
from cotool.vault.dotenv import parse

RING = Keyring.generate()
TOKEN = re.compile(r"cotool-value-1:[\w-]{60,}")
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), words
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=12,
)


def there_and_back(text, syntax):
    """Seal and open a text; return the sealed one."""
    content = text.encode()
    sealed = encrypt_values(content, keys=[RING], syntax=syntax)
    assert decrypt_values(sealed, keys=[RING]) == content
    assert encrypt_values(content, keys=[RING], syntax=syntax, previous=sealed) == sealed
    assert accept_values(sealed, keys=[RING]) == sealed
    return sealed.decode()


def check_leaves(found, expected):
    """Check that two trees are the same, with a token for each leaf of the first."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key, value in expected.items():
            check_leaves(found[key], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            check_leaves(one, other)
    else:
        assert TOKEN.fullmatch(found)


@quick
@given(
    st.one_of(st.dictionaries(words, trees, max_size=4), st.lists(trees, max_size=4)),
    st.sampled_from([None, 0, 2, "\t"]),
    st.booleans(),
)
def test_json(tree, indent, escaped):
    """Python's reader finds the same structure, with a token at every leaf."""
    if isinstance(tree, dict):
        tree.pop("cotool", None)
    sealed = there_and_back(json.dumps(tree, indent=indent, ensure_ascii=escaped), "json")
    found = json.loads(sealed)
    if isinstance(tree, dict):
        assert next(iter(found)) == "cotool"
        del found["cotool"]
    else:
        assert list(found.pop(0)) == ["cotool"]
    check_leaves(found, tree)


def quoted(value):
    """Return ways to write a value in an .env file."""
    plain = re.sub(r"[\s#'\"`\\$]", "", value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return st.sampled_from(
        [plain, "'" + value.replace("'", "") + "'", f'"{escaped}"', f'"{escaped}\n{escaped}"']
    )


lines_of_env = st.tuples(
    st.sampled_from(["", "export ", "  "]),
    words.flatmap(quoted),
    st.sampled_from(["", "  # c"]),
)


@quick
@given(
    st.dictionaries(names, lines_of_env, max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "# a comment\n\n"]),
)
def test_env(lines, end, start):
    """The reader of `vault exec` finds the same names, with a token for each value."""
    text = start + "".join(
        f"{before}{name}={value}{after}\n" for name, (before, value, after) in lines.items()
    )
    sealed = there_and_back(text.replace("\n", end), "env")
    found = {variable.name: variable.value for variable in parse(sealed.encode(), "f")}
    assert list(found) == list(lines)
    assert all(TOKEN.fullmatch(value) for value in found.values())


option = st.tuples(
    names.map(str.lower),
    st.sampled_from(["=", " = ", ":", ": "]),
    st.lists(words.map(lambda word: word.replace("\x85", "").strip()), min_size=1, max_size=3),
)


@quick
@given(
    st.dictionaries(
        names.filter(lambda name: name != "DEFAULT"), st.lists(option, max_size=4), max_size=3
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_ini(sections, end):
    """Configparser finds the same sections and keys, with a token for each value."""
    text = ""
    expected = {}
    for section, options in sections.items():
        unique = {name: (sign, lines) for name, sign, lines in options}
        expected[section] = list(unique)
        text += f"[{section}]\n# comment\n"
        for name, (sign, lines) in unique.items():
            rest = [line for line in lines[1:] if line and line[0] not in "#;"]
            text += f"{name}{sign}" + "\n   ".join([lines[0], *rest]) + "\n"
    sealed = there_and_back(text.replace("\n", end), "ini")
    reader = configparser.ConfigParser(interpolation=None)
    reader.optionxform = str
    reader.read_string(sealed.replace("\r\n", "\n"))
    found = {section: dict(reader[section]) for section in reader.sections()}
    assert {section: list(values) for section, values in found.items()} == expected
    assert all(TOKEN.fullmatch(value) for values in found.values() for value in values.values())


@needs_yaml
@quick
@given(
    st.one_of(st.dictionaries(words, trees, max_size=4), st.lists(trees, max_size=4), leaves),
    st.booleans(),
    st.sampled_from([40, 4096]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_yaml(tree, flow, width, end):
    """ruamel.yaml writes a tree in its styles, and reads it again with a token at every leaf."""
    import io

    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = flow
    writer.width = width
    writer.sort_base_mapping_type_on_output = False
    stream = io.StringIO()
    writer.dump(tree, stream)
    text = stream.getvalue().replace("\n", end)
    found = YAML(typ="safe", pure=True).load(there_and_back(text, "yaml"))
    check_leaves(found, json.loads(json.dumps(tree)))


pieces = {
    "json": ["{", "}", "[", "]", ",", ":", '"a"', '"b"', "1", "-0.5e3", "null", " ", "\n", '"'],
    "env": ["A", "B", "=", "'", '"', "#", " ", "\n", "export ", "\\", "$", "\t", "x y", "\r\n"],
    "ini": ["[a]", "[b]", "k", "l", "=", ":", ";", "#", " ", "  ", "\n", "\\", "\t", "v", "\r\n"],
    "yaml": [
        "a", "b", ":", ": ", "- ", "-", "\n", "  ", " ", "#", " # c\n", "&x ", "*x", "!t ", "'",
        '"', "|\n", ">-\n", "{", "}", "[", "]", ", ", "? ", "---\n", "...\n", "<<: ", "\t",
        "\r\n", "1.10",
    ],
}  # fmt: skip


@pytest.mark.parametrize("syntax", SYNTAXES)
@quick
@given(st.data())
def test_any_text_comes_back_or_is_refused(syntax, data):
    """Nothing else is raised, and nothing else is sealed."""
    text = "".join(data.draw(st.lists(st.sampled_from(pieces[syntax]), max_size=25)))
    try:
        sealed = encrypt_values(text.encode(), keys=[RING], syntax=syntax)
    except CotoolError as error:
        sealed, problem = None, error
    if sealed is None:
        assert problem.exit_code == 2
        return
    assert decrypt_values(sealed, keys=[RING]) == text.encode()


SEALED = {
    syntax: encrypt_values(content, keys=[RING], syntax=syntax)
    for syntax, content in DOCUMENTS.items()
    if syntax != "yaml" or HAS_YAML
}


@quick
@given(st.sampled_from(sorted(SEALED)), st.data())
def test_garbage_never_opens(syntax, data):
    """Pieces of documents in any order end in an error of cotool, or give the content."""
    sealed = SEALED[syntax]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sealed)), max_size=4)))
    parts = [sealed[a:b] for a, b in zip([0, *cuts], [*cuts, len(sealed)], strict=True)]
    mixed = b"".join(data.draw(st.permutations(parts))) + data.draw(st.binary(max_size=3))
    for call in (decrypt_values, accept_values):
        try:
            found = call(mixed, keys=[RING])
        except CotoolError:
            continue
        if call is decrypt_values:
            assert found == DOCUMENTS[syntax]
