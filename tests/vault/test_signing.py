"""Signatures over many files, and password hashes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotool.errors import CostRefusedError, InputError, IntegrityError, WrongKeyError
from cotool.vault import (
    Identity,
    Keyring,
    Passphrase,
    hash_passwords,
    sign,
    verify_passwords,
    verify_signatures,
)
from cotool.vault.manifest import extra_files, manifest_bytes, read_manifest
from cotool.vault.passwords import parse_pair


@pytest.fixture
def files(tmp_path):
    """Give files with awkward names."""
    names = ["a.txt", "empty", "new\nline", "back\\slash", "two  spaces", "ünï"]
    paths = [tmp_path / name for name in names]
    for n, path in enumerate(paths):
        path.write_bytes(b"content" * n * 100_000)
    return [str(path) for path in paths]


def states(manifest, key):
    """Return the state of each file."""
    return [found.state for found in verify_signatures(manifest, key=key)]


@pytest.mark.parametrize("by", ["ring", "phrase"])
def test_manifests(keys, files, by):
    """Signed files verify, also after a rotation; changed and missing ones do not."""
    key = getattr(keys, by)
    manifest = sign(files, key=key)
    assert states(manifest, key) == ["ok"] * 6
    assert manifest == sign(files, key=key, num_threads=1)
    if by == "ring":
        key.rotate()
        assert states(manifest, key) == ["ok"] * 6
    with open(files[0], "ab") as file:  # noqa: PTH123
        file.write(b"x")
    assert states(manifest, key) == ["changed"] + ["ok"] * 5
    import os

    os.unlink(files[1])  # noqa: PTH108
    found = list(verify_signatures(manifest, key=key))
    assert found[1].state == "unreadable"
    assert "No such file" in found[1].reason


def test_the_form_of_sha256sum(keys, files):
    """64 digits, two spaces, the name; awkward names are escaped as coreutils do."""
    lines = sign(files, key=keys.ring).splitlines()
    assert lines[0].startswith("# cotool-signature/1 keyring ")
    assert lines[-1].startswith("# hmac ")
    assert lines[3].startswith("\\")
    assert lines[3].endswith("new\\nline")
    assert lines[4].endswith("back\\\\slash")
    assert all(line[64:66] == "  " or line[65:67] == "  " for line in lines[1:-1])


def test_manifests_that_were_changed(keys, files):
    """A line taken out, added, moved, renamed; another key; a cut: refused before any is read."""
    manifest = sign(files, key=keys.ring)
    lines = manifest.split("\n")
    for changed in (
        lines[:2] + lines[3:],
        lines[:1] + lines[1:2] + lines[1:],
        [lines[0], lines[2], lines[1], *lines[3:]],
        [lines[0], lines[1].replace("a.txt", "b.txt"), *lines[2:]],
        [lines[0].replace("# ", "#  "), *lines[1:]],
        [*lines[:-2], ""],
        lines[:-1],
    ):
        with pytest.raises((IntegrityError, InputError)):
            verify_signatures("\n".join(changed), key=keys.ring)
    with pytest.raises(WrongKeyError):
        verify_signatures(manifest, key=Keyring.generate())
    with pytest.raises(WrongKeyError):
        verify_signatures(manifest, key=keys.phrase)
    phrase = sign(files, key=keys.phrase)
    with pytest.raises(WrongKeyError):
        verify_signatures(phrase, key=keys.ring)
    with pytest.raises(IntegrityError):
        verify_signatures(phrase, key=Passphrase("other"))
    with pytest.raises(CostRefusedError):
        verify_signatures(phrase.replace("m=8,", "m=8000000,"), key=keys.phrase)
    for text in ("", "x", "# cotool-signature/1 keyring x 1\n# hmac 00\n", "a\n" * 5):
        with pytest.raises((IntegrityError, InputError)):
            verify_signatures(text, key=keys.ring)


@pytest.mark.parametrize("name", [b"\xff", "naïve".encode(), b"a\nb", b"\\", b"-x", b" y "])
def test_any_name_can_be_signed(tmp_path, keys, name):
    """Also one that is not UTF-8, which comes back byte for byte."""
    path = os.fsencode(tmp_path) + b"/" + name
    with open(path, "wb"):  # noqa: PTH123
        pass
    manifest = sign([os.fsdecode(path)], key=keys.ring)
    (tmp_path / "manifest").write_bytes(manifest_bytes(manifest))
    (found,) = verify_signatures(read_manifest(tmp_path / "manifest"), key=keys.ring)
    assert (os.fsencode(found.path), found.state) == (path, "ok")


@pytest.mark.parametrize("line", ["# hmac é", "# hmac " + "é" * 64, "# hmac \udcff", "# hmac "])
def test_a_last_line_of_other_characters(tmp_path, keys, line):
    """What is no HMAC is a changed manifest, not a crash."""
    manifest = sign([__file__], key=keys.ring).splitlines()
    with pytest.raises(IntegrityError):
        verify_signatures("\n".join([*manifest[:-1], line, ""]), key=keys.ring)


def test_extra_files(tmp_path, keys, monkeypatch):
    """Files, links and pipes that nobody signed are found in every folder of the manifest."""
    monkeypatch.chdir(tmp_path)
    for name in ("a/x", "a/deep/y", "a-b/z", "other/w"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    manifest = sign(["./a/x", "a-b/z"], key=keys.ring)
    assert [found.path for found in extra_files(manifest)] == ["a/deep/y"]
    manifest = sign(["./a/x", "a/deep/y", "a-b/z"], key=keys.ring)
    assert list(extra_files(manifest)) == []
    (tmp_path / "a" / "manifest").write_text(manifest)
    assert list(extra_files(manifest, "a/manifest")) == []
    (tmp_path / "a" / "deep" / "new.vault").write_text("")
    (tmp_path / "a" / "new").mkdir()
    (tmp_path / "a" / "new" / ".x.0123456789abcdef.part").write_text("")
    (tmp_path / "a-b" / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "a" / "pipe")
    assert {(found.path, found.state) for found in extra_files(manifest, "a/manifest")} == {
        (name, "extra")
        for name in ("a/deep/new.vault", "a/new/.x.0123456789abcdef.part", "a-b/broken", "a/pipe")
    }
    here = sign(["a/x", "a/../other/w", "a-b/z"], key=keys.ring)
    assert "other/w" not in {found.path for found in extra_files(here)}
    (tmp_path / "top").write_text("")
    top = {found.path for found in extra_files(sign(["top", "a/x"], key=keys.ring))}
    assert {"other/w", "a/deep/y"} <= top


def test_passwords(cheap):
    """Right and wrong ones, in order, on several threads."""
    words = [f"password {n}" for n in range(20)]
    hashes = list(hash_passwords(words, cost=cheap, num_threads=4))
    assert len(set(hashes)) == 20
    assert all(found.startswith("$argon2id$v=19$m=8,t=1,p=1$") for found in hashes)
    pairs = [
        (phc, word if n % 3 else "wrong")
        for n, (phc, word) in enumerate(zip(hashes, words, strict=True))
    ]
    found = list(verify_passwords(pairs, cost=cheap, num_threads=4))
    assert [check.ok for check in found] == [bool(n % 3) for n in range(20)]
    assert not any(check.needs_rehash for check in found)


def test_rehash_and_bad_hashes(cheap):
    """Another cost needs a rehash; what is not a hash, or asks for too much, is not checked."""
    phc = next(hash_passwords(["x"], cost=cheap))
    (found,) = verify_passwords([(phc, "x")])
    assert found.ok
    assert found.needs_rehash
    bad = [
        "", "x", "$argon2id$v=19$m=8,t=1,p=1$", phc[:-3] + "!!!", phc.replace("$m=8", "$m=a"),
        phc.replace("m=8,", "m=80000000,"), phc.replace("t=1", "t=100"), "$2b$12$abcdefghijklmnop",
    ]  # fmt: skip
    for check in verify_passwords([(phc, "x") for phc in bad], cost=cheap):
        assert not check.ok
        assert check.reason


def test_pairs():
    """A hash and a password on one line, divided by one tab or space."""
    assert parse_pair(b"$argon2id$a\tp w") == ("$argon2id$a", b"p w")
    assert parse_pair(b"$argon2id$a p w") == ("$argon2id$a", b"p w")
    for line in (b"", b"x y", b"$argon2id$a", b"$2b$12$abc password", b"\xff \xff"):
        (found,) = verify_passwords([parse_pair(line)])
        assert (found.ok, found.reason) == (False, "not a valid Argon2 hash")


@pytest.fixture(scope="module")
def alice():
    """Give an identity that signs."""
    return Identity.generate()


def test_signed_by_an_identity(alice, files):
    """Anyone who knows the signer verifies it; changed and missing files are named."""
    manifest = sign(files, key=alice)
    signers = [Identity.generate().primary.signer, alice.primary.signer]
    assert states(manifest, signers) == ["ok"] * 6
    with open(files[0], "ab") as file:  # noqa: PTH123
        file.write(b"x")
    Path(files[1]).unlink()
    assert states(manifest, signers) == ["changed", "unreadable"] + ["ok"] * 4
    with pytest.raises(WrongKeyError, match="is not one of the given signers"):
        verify_signatures(manifest, key=signers[:1])
    with pytest.raises(WrongKeyError):
        verify_signatures(manifest, key=[])


def test_a_rotated_identity_signs_with_new_keys(files):
    """Its older manifests still verify, by the older signer."""
    identity = Identity.generate()
    old, signer = sign(files, key=identity), identity.primary.signer
    identity.rotate()
    new = sign(files, key=identity)
    assert states(old, [signer]) == ["ok"] * 6
    with pytest.raises(WrongKeyError):
        verify_signatures(new, key=[signer])
    assert states(new, [identity.primary.signer]) == ["ok"] * 6


def test_its_sums_are_those_of_sha256sum(alice, files):
    """Everyone can check them without cotool; the lines of keys are comments."""
    lines = sign(files, key=alice).splitlines()
    for name, line in zip(files[:2], lines[1:3], strict=True):
        assert line == f"{hashlib.sha256(Path(name).read_bytes()).hexdigest()}  {name}"
    assert all(line.startswith("#") for line in (lines[0], *lines[-2:]))


def test_kinds_of_manifests_are_not_exchanged(keys, alice, files):
    """A secret does not verify a signature, and a signer does not verify an HMAC."""
    with pytest.raises(WrongKeyError, match="signed by cotool-signer-1:"):
        verify_signatures(sign(files, key=alice), key=keys.ring)
    for key in (keys.ring, keys.phrase):
        with pytest.raises(WrongKeyError, match="not by a signer"):
            verify_signatures(sign(files, key=key), key=[alice.primary.signer])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_changed_signatures(alice, files, data):
    """A character changed, a line moved, lost or doubled: no outcome for any file, and no crash."""
    manifest = sign(files[:3], key=alice)
    lines = manifest.split("\n")
    how = data.draw(st.integers(0, 3))
    place = data.draw(st.integers(0, len(manifest) - 1))
    line = data.draw(st.integers(0, len(lines) - 2))
    if how == 0:
        other = data.draw(st.sampled_from("0aZ \n#=\\é"))
        changed = manifest[:place] + other + manifest[place + 1 :]
    elif how == 1:
        changed = manifest[:place] + manifest[place + 1 :]
    elif how == 2:
        changed = "\n".join(lines[:line] + lines[line + 1 :])
    else:
        changed = "\n".join([*lines[:line], lines[data.draw(st.integers(0, line))], *lines[line:]])
    if changed != manifest:
        with pytest.raises((IntegrityError, InputError, WrongKeyError)):
            verify_signatures(changed, key=[alice.primary.signer])


def test_exchanged_keys(alice, files):
    """Another person's keys, or their signature of the same files, are not Alice's."""
    other = Identity.generate()
    mine, theirs = (sign(files, key=key).split("\n") for key in (alice, other))
    signers = [alice.primary.signer]
    for lines in (
        [mine[0], *theirs[1:]],
        [*mine[:-3], theirs[-3], *mine[-2:]],
        [*mine[:-2], theirs[-2], ""],
        [mine[0], *mine[1:-3], *theirs[-3:]],
    ):
        with pytest.raises((IntegrityError, WrongKeyError)):
            verify_signatures("\n".join(lines), key=signers)
