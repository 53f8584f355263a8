"""Files with sealed values: frozen ones, two writers, a full disk, and nothing in clear on disk."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from documents import DOCUMENTS, ENV, HAS_YAML, SYNTAXES, needs_yaml, tokens

from cotool import errors
from cotool.errors import InputError, UnsupportedFormatError
from cotool.vault import (
    Identity,
    KeyFile,
    Keyring,
    Passphrase,
    Vault,
    decrypt,
    decrypt_values,
    encrypt_values,
    inspect,
    merge_values,
    reencrypt,
    rewrap,
    verify,
)
from cotool.vault.inspection import read_slots
from cotool.vault.options import VaultOptions
from cotool.vault.values.sealing import decrypt_in_place, encrypt_values_of

FROZEN = Path(__file__).parent / "frozen"
EXPECTED = json.loads((FROZEN / "values" / "expected.json").read_text(encoding="utf-8"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


@pytest.fixture(scope="module")
def frozen_keys():
    """Give the keys that open the frozen files."""
    opener = KeyFile.read(str(FROZEN / "v1" / "opener.key"))
    ring = Keyring.read(str(FROZEN / "v1" / "ring.vault"), [opener])
    alice = Identity.from_bytes((FROZEN / "v2" / "alice.identity").read_bytes())
    return [ring, Passphrase("frozen passphrase"), alice]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_frozen_document(frozen_keys, name):
    """The content that went in, with each key, or the error that the change must give."""
    expected, data = EXPECTED[name], (FROZEN / "values" / name).read_bytes()
    if name.startswith("yaml") and not HAS_YAML:
        pytest.skip("needs ruamel.yaml (cotool[yaml])")
    for key in frozen_keys:
        if "error" in expected:
            with pytest.raises(errors.VaultError) as caught:
                decrypt_values(data, keys=[key])
            assert type(caught.value).__name__ == expected["error"]
        else:
            found = decrypt_values(data, keys=[key])
            assert found.decode() == expected["content"]


@pytest.fixture
def sealed(tmp_path, keys):
    """Make a file with sealed values, and give its path."""
    path = tmp_path / "app.env"
    path.write_bytes(encrypt_values(ENV, keys=[keys.ring], syntax="env"))
    path.chmod(0o640)
    return path


def test_all_calls_for_files_know_it(sealed, keys, tmp_path):
    """decrypt, verify, Vault, inspect, rewrap and reencrypt; tokens stay where they can."""
    out = tmp_path / "out"
    decrypt(sealed, out, keys=[keys.ring])
    assert out.read_bytes() == ENV
    with sealed.open("rb") as stream, (tmp_path / "piped").open("wb") as sink:
        decrypt(stream, sink, keys=[keys.ring])
    assert (tmp_path / "piped").read_bytes() == ENV
    verify(sealed, keys=[keys.ring])
    with Vault(sealed, keys=[keys.ring]) as vault:
        assert (vault.size, vault.read(2, 5)) == (len(ENV), ENV[2:7])
    before = tokens(sealed.read_bytes())
    assert rewrap(sealed, keys=[keys.ring], add=[keys.phrase])
    assert not rewrap(sealed, keys=[keys.ring], replace=[keys.ring])
    assert tokens(sealed.read_bytes()) == before
    info = inspect(sealed)
    assert [slot.kind for slot in info.slots] == ["keyring", "passphrase"]
    assert info.to_dict()["values"] == {
        "syntax": "env", "sealed": 6, "only": None, "others": None
    }  # fmt: skip
    was = info.file_id
    reencrypt(sealed, keys=[keys.ring, keys.phrase])
    assert inspect(sealed).file_id != was
    assert not {*tokens(sealed.read_bytes())} & {*before}
    decrypt_in_place(sealed, keys=[keys.phrase])
    assert sealed.read_bytes() == ENV
    assert sealed.stat().st_mode & 0o777 == 0o640
    with pytest.raises(UnsupportedFormatError):
        decrypt_in_place(sealed, keys=[keys.phrase])


def test_rewraps_at_the_same_time(sealed, keys):
    """They wait for each other: every slot that was added is there."""
    rings = [Keyring.generate() for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        done = [pool.submit(rewrap, sealed, keys=[keys.ring], add=[ring]) for ring in rings]
    assert all(future.result() for future in done)
    assert len(read_slots(sealed)) == 6
    for ring in rings:
        assert decrypt_values(sealed.read_bytes(), keys=[ring]) == ENV


def test_sealing_again_beside_rewraps(sealed, keys, tmp_path):
    """Who can open a file is not lost when its values are sealed again meanwhile."""
    plain = tmp_path / "plain.env"
    plain.write_bytes(ENV.replace(b"db1", b"db2"))
    rings = [Keyring.generate() for _ in range(5)]

    def again():
        encrypt_values_of(
            plain,
            sealed,
            partial(encrypt_values, keys=[keys.ring], syntax="env"),
            VaultOptions(),
            renew=True,
        )

    with ThreadPoolExecutor(10) as pool:
        done = []
        for ring in rings:
            done.append(pool.submit(rewrap, sealed, keys=[keys.ring], add=[ring]))
            done.append(pool.submit(again))
    for future in done:
        future.result()
    assert len(read_slots(sealed)) == 6
    for ring in rings:
        assert decrypt_values(sealed.read_bytes(), keys=[ring]) == plain.read_bytes()
    assert sealed.stat().st_mode & 0o777 == 0o640


SEAL = """
import sys
from functools import partial
from cotool.vault import KeyFile, encrypt_values, reencrypt, rewrap
from cotool.vault.options import VaultOptions
from cotool.vault.values.sealing import decrypt_in_place, encrypt_values_of
path, action, key = sys.argv[1], sys.argv[2], KeyFile(bytes(32))
seal = partial(encrypt_values, keys=[key], syntax="env")
if action == "new":
    encrypt_values_of(path, path + ".vault", seal, VaultOptions())
elif action == "place":
    encrypt_values_of(path, path, seal, VaultOptions())
elif action == "rewrap":
    rewrap(path, keys=[key], add=[KeyFile(bytes(range(32)))])
elif action == "reencrypt":
    reencrypt(path, keys=[key])
else:
    decrypt_in_place(path, keys=[key])
"""


@pytest.mark.parametrize("action", ["new", "place", "rewrap", "reencrypt", "decrypt"])
@pytest.mark.parametrize("limit", [0, 10, 150])
def test_full_disk(tmp_path, action, limit):
    """The file stays as it was, nothing else is left, and the error says so."""
    path = tmp_path / "app.env"
    sealed = encrypt_values(ENV, keys=[KeyFile(bytes(32))], syntax="env")
    before = ENV if action in {"new", "place"} else sealed
    path.write_bytes(before)

    def limit_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-c", SEAL, path, action],
        env=ENVIRONMENT, preexec_fn=limit_files, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "File too large" in done.stderr
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["app.env"]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_merging(keys, syntax):
    """Each side's changes are in the result, whose MAC fits; the same change twice is one."""
    content = DOCUMENTS[syntax]
    base = encrypt_values(content, keys=[keys.ring], syntax=syntax)

    def changed(*changes):
        text = content
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        return encrypt_values(text, keys=[keys.ring], syntax=syntax, previous=base), text

    one = b"db1", b"db2"
    other = {
        "json": (b"5432", b"6543"),
        "env": (b"it is", b"it was"),
        "ini": (b"two", b"2"),
        "yaml": (b"two", b"2"),
    }[syntax]
    ours, theirs = changed(one), changed(other)
    both = changed(one, other)[1]
    for sides in ((ours, theirs), (theirs, ours)):
        merged = merge_values(base, sides[0][0], sides[1][0], keys=[keys.ring])
        assert merged.conflict is None
        assert decrypt_values(merged.data, keys=[keys.ring]) == both
    merged = merge_values(base, ours[0], base, keys=[keys.ring])
    assert merged.data == ours[0]
    third = changed((b"db1", b"db3"))[0]
    merged = merge_values(base, ours[0], third, keys=[keys.ring])
    assert "conflict" in merged.conflict
    assert merged.data.count(b"<<<<<<<") == 1
    with pytest.raises(errors.CotoolError):
        decrypt_values(merged.data, keys=[keys.ring])
    tampered = third.replace(tokens(third)[0], tokens(base)[0])
    if tampered != third:
        with pytest.raises(errors.IntegrityError):
            merge_values(base, ours[0], tampered, keys=[keys.ring])


def test_merging_who_can_open(keys, tmp_path):
    """A side that was rewrapped gives the header; two that were must agree first."""

    def rewrapped(data, key):
        path = tmp_path / "f.env"
        path.write_bytes(data)
        rewrap(path, keys=[keys.ring], add=[key])
        return path.read_bytes()

    base = encrypt_values(ENV, keys=[keys.ring], syntax="env")
    edited = encrypt_values(
        ENV.replace(b"db1", b"db2"), keys=[keys.ring], syntax="env", previous=base
    )
    added = Keyring.generate()
    for sides in ((edited, rewrapped(base, added)), (rewrapped(base, added), edited)):
        merged = merge_values(base, *sides, keys=[keys.ring])
        assert decrypt_values(merged.data, keys=[added]) == ENV.replace(b"db1", b"db2")
    with pytest.raises(InputError, match="both sides changed which keys open it"):
        merge_values(base, rewrapped(base, added), rewrapped(edited, keys.phrase), keys=[keys.ring])


@needs_yaml
def test_merging_lists_and_new_keys(keys):
    """Items of lists and new keys are merged by their lines."""
    text = b"users:\n- name: bob\n  key: k1\n- name: eve\n  key: k2\nlast: x\n"
    base = encrypt_values(text, keys=[keys.ring], syntax="yaml")

    def changed(old, new):
        found = text.replace(old, new)
        return encrypt_values(found, keys=[keys.ring], syntax="yaml", previous=base)

    ours = changed(b"users:\n", b"users:\n- name: new\n  key: k0\n")
    theirs = changed(b"k2", b"k3")
    merged = merge_values(base, ours, theirs, keys=[keys.ring])
    assert merged.conflict is None
    assert decrypt_values(merged.data, keys=[keys.ring]) == (
        b"users:\n- name: new\n  key: k0\n- name: bob\n  key: k1\n- name: eve\n  key: k3\nlast: x\n"
    )
    ours, theirs = (
        changed(b"last: x", b"more: 1\nlast: x"),
        changed(b"last: x", b"last: y\nmore: 2"),
    )
    merged = merge_values(base, ours, theirs, keys=[keys.ring])
    assert merged.conflict is not None


def test_sealing_in_place_keeps_links_and_modes(tmp_path, keys):
    """A link stays a link, and the file behind it keeps its mode."""
    path, link = tmp_path / "app.env", tmp_path / "link.env"
    path.write_bytes(ENV)
    path.chmod(0o664)
    link.symlink_to(path)
    seal = partial(encrypt_values, keys=[keys.ring], syntax="env")
    encrypt_values_of(link, link, seal, VaultOptions())
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o664
    assert decrypt_values(path.read_bytes(), keys=[keys.ring]) == ENV
    assert sorted(found.name for found in tmp_path.iterdir()) == ["app.env", "link.env"]
