"""Versions, their states, exports, and what goes wrong with keyrings."""

from __future__ import annotations

import json

import pytest

from cotool.errors import InputError, IntegrityError, MissingKeyError, WrongKeyError
from cotool.vault import KeyFile, Keyring, Passphrase, sign, verify_signatures
from cotool.vault.identity import Identity
from cotool.vault.in_memory import open_bytes, seal_bytes
from cotool.vault.seen import Seen


def test_versions(keys):
    """The primary seals; older ones open; disabled, destroyed and low ones do not."""
    ring = keys.ring
    files = [seal_bytes(b"1", [ring])]
    for n in (2, 3):
        assert ring.rotate() == n
        files.append(seal_bytes(str(n).encode(), [ring]))
    assert [open_bytes(data, [ring])[1] for data in files] == [b"1", b"2", b"3"]
    ring.set_state(2, "disabled")
    with pytest.raises(MissingKeyError, match="disabled"):
        open_bytes(files[1], [ring])
    ring.set_state(2, "enabled")
    ring.set_min_decrypt_version(2)
    with pytest.raises(MissingKeyError, match="min_decrypt_version"):
        open_bytes(files[0], [ring])
    ring.set_state(2, "destroyed")
    with pytest.raises(MissingKeyError, match="destroyed"):
        open_bytes(files[1], [ring])
    for state in ("enabled", "disabled"):
        with pytest.raises(InputError, match="destroyed"):
            ring.set_state(2, state)
        with pytest.raises(InputError, match="primary"):
            ring.set_state(3, state)
    with pytest.raises(InputError, match="no version 9"):
        ring.set_state(9, "disabled")
    for number in (0, 4):
        with pytest.raises(InputError):
            ring.set_min_decrypt_version(number)
    assert open_bytes(files[2], [ring])[1] == b"3"


def test_a_missing_version_with_another_way_in(keys):
    """A passphrase opens what a disabled version does not."""
    data = seal_bytes(b"x", [keys.ring, keys.phrase])
    keys.ring.rotate()
    keys.ring.set_state(1, "disabled")
    assert open_bytes(data, [keys.ring, keys.phrase])[1] == b"x"


def test_files_of_keyrings(tmp_path, cheap):
    """A keyring comes back as it was, with a passphrase or a key file, and shows no key."""
    path, phrase = str(tmp_path / "deep" / "ring"), Passphrase("p", cost=cheap)
    ring = Keyring.generate()
    ring.rotate()
    ring.write_new(path, [phrase])
    with pytest.raises(InputError, match="already exists"):
        ring.write_new(path, [phrase])
    with Keyring.changed(path, [phrase]) as changed:
        changed.set_state(1, "disabled")
    found = Keyring.read(path, [phrase])
    assert [version.state for version in found.versions] == ["disabled", "primary"]
    assert [version.key for version in found.versions] == [v.key for v in ring.versions]
    with pytest.raises(WrongKeyError):
        Keyring.read(path, [Passphrase("q", cost=cheap)])
    secrets = [version.key.hex() for version in ring.versions if version.key]
    shown = repr(found) + repr(found.versions) + repr(phrase)
    assert not any(secret in shown for secret in secrets)


def test_a_failed_change_changes_nothing(tmp_path):
    """An error in the block leaves the file as it was."""
    path, key = str(tmp_path / "ring"), KeyFile(bytes(32))
    Keyring.generate().write_new(path, [key])

    def fail():
        with Keyring.changed(path, [key]) as ring:
            ring.rotate()
            raise InputError("no")

    with pytest.raises(InputError):
        fail()
    assert len(Keyring.read(path, [key]).versions) == 1


def test_key_files(tmp_path):
    """A key file is made once, with mode 0600, and read back."""
    path = tmp_path / "key"
    key = KeyFile.generate(str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    data = seal_bytes(b"x", [key])
    assert open_bytes(data, [KeyFile.read(str(path))])[1] == b"x"
    with pytest.raises(InputError):
        KeyFile.generate(str(path))
    for text in (
        "",
        "COTOOL-KEY-1:",
        "COTOOL-KEY-1:" + "0" * 62,
        "0" * 64,
        "COTOOL-KEY-1:" + "x" * 64,
    ):
        path.write_text(text)
        with pytest.raises(InputError, match="not a key file"):
            KeyFile.read(str(path))


def test_exports_merge(keys):
    """Versions that one keyring lacks are added; what differs is refused."""
    ring = keys.ring
    copy = Keyring.from_bytes(ring.to_bytes())
    ring.rotate()
    ring.rotate()
    assert copy.merge(Keyring.from_bytes(ring.to_bytes())) == 2
    assert copy.primary.version == 3
    assert copy.merge(ring) == 0
    copy.set_state(1, "destroyed")
    assert copy.merge(Keyring.from_bytes(ring.to_bytes())) == 0
    assert copy.versions[0].key is None
    again = Keyring.from_bytes(ring.to_bytes())
    again.set_state(2, "disabled")
    again.set_min_decrypt_version(2)
    assert again.merge(copy) == 0
    assert [version.state for version in again.versions] == ["destroyed", "disabled", "primary"]
    assert copy.merge(again) == 0
    assert copy.to_bytes() == again.to_bytes()
    with pytest.raises(InputError, match="this is key"):
        copy.merge(Keyring.generate())
    fork = Keyring.from_bytes(ring.to_bytes())
    ring.rotate()
    fork.rotate()
    with pytest.raises(InputError, match="version 4 differs"):
        ring.merge(fork)


def test_rotations_of_two_machines_join(keys):
    """Both machines get the same keyring, which opens what either has sealed and signed."""
    one, two = keys.ring, Keyring.from_bytes(keys.ring.to_bytes())
    for ring in (one, two):
        ring.rotate()
    two.rotate()
    files = [seal_bytes(b"one", [one]), seal_bytes(b"two", [two])]
    signed = [sign([__file__], key=ring) for ring in (one, two)]
    first, second = (Keyring.from_bytes(ring.to_bytes()) for ring in (one, two))
    assert (first.merge(two, join=True), second.merge(one, join=True)) == (2, 1)
    assert first.to_bytes() == second.to_bytes()
    joined = Keyring.from_bytes(first.to_bytes())
    assert [version.version for version in joined.versions] == [1, 2, 2, 3]
    assert joined.merge(one, join=True) == joined.merge(two, join=True) == 0
    assert [open_bytes(data, [joined])[1] for data in files] == [b"one", b"two"]
    for manifest in signed:
        assert [found.state for found in verify_signatures(manifest, key=joined)] == ["ok"]
    assert json.loads(joined.to_bytes())["schema"] == "cotool.keyring/2"
    joined.set_state(2, "disabled")
    for data in files[:1]:
        with pytest.raises(MissingKeyError, match="disabled"):
            open_bytes(data, [joined])
    joined.set_state(2, "destroyed")
    assert [version.key is None for version in joined.versions] == [False, True, True, False]
    again = Keyring.from_bytes(joined.to_bytes())
    assert again.merge(one, join=True) == 0
    assert again.to_bytes() == joined.to_bytes()


def test_a_destroyed_version_without_an_id(keys):
    """The first version of cotool kept no id; a merge brings no destroyed key back."""
    ring = keys.ring
    ring.rotate()
    other = Keyring.from_bytes(ring.to_bytes())
    ring.set_state(1, "destroyed")
    document = json.loads(ring.to_bytes())
    del document["counter"]
    for version in document["versions"]:
        del version["id"]
    old = Keyring.from_bytes(json.dumps(document).encode())
    assert (old.counter, old.merge(other, join=True)) == (0, 0)
    assert old.versions[0].key is None


def test_an_older_keyring_is_noticed(tmp_path):
    """A copy from before a change is refused, whatever is done with it, until it is accepted."""
    path, key, seen = str(tmp_path / "ring"), KeyFile(bytes(32)), Seen(tmp_path / "seen")
    ring = Keyring.generate()
    ring.rotate()
    ring.write_new(path, [key])
    old = (tmp_path / "ring").read_bytes()
    with Keyring.changed(path, [key], seen=seen) as changed:
        changed.set_state(1, "destroyed")
    new = (tmp_path / "ring").read_bytes()
    assert Keyring.read(path, [key], seen=seen).counter == 2
    (tmp_path / "ring").write_bytes(old)

    def rotate():
        with Keyring.changed(path, [key], seen=seen) as changed:
            changed.rotate()

    for attempt in (
        lambda: Keyring.read(path, [key], seen=seen),
        rotate,
        lambda: Keyring.change_opener(path, [key], KeyFile(bytes(32)), seen=seen),
    ):
        with pytest.raises(IntegrityError, match="change 2, and this is change 1"):
            attempt()
    assert (tmp_path / "ring").read_bytes() == old
    (tmp_path / "newer").write_bytes(new)
    with Keyring.changed(path, [key], seen=seen, merging=True) as changed:
        changed.merge(Keyring.read(str(tmp_path / "newer"), [key]), join=True)
    found = Keyring.read(path, [key], seen=seen)
    assert (found.counter, found.versions[0].state) == (3, "destroyed")
    (tmp_path / "ring").write_bytes(old)
    seen.remember(Keyring.read(path, [key]), accept=True)
    assert Keyring.read(path, [key], seen=seen).counter == 1
    assert Keyring.read(path, [key], seen=Seen("/proc/nowhere")).counter == 1


def test_changes_of_two_machines_are_noticed(tmp_path):
    """Two states with one count are not taken for each other."""
    path, key, seen = str(tmp_path / "ring"), KeyFile(bytes(32)), Seen(tmp_path / "seen")
    Keyring.generate().write_new(path, [key])
    start = (tmp_path / "ring").read_bytes()
    for _ in range(2):
        (tmp_path / "ring").write_bytes(start)
        with Keyring.changed(path, [key]) as changed:
            changed.rotate()
        if not (tmp_path / "seen").exists():
            Keyring.read(path, [key], seen=seen)
            (tmp_path / "mine").write_bytes((tmp_path / "ring").read_bytes())
    with pytest.raises(IntegrityError, match="changed on two machines"):
        Keyring.read(path, [key], seen=seen)
    with Keyring.changed(path, [key], seen=seen, merging=True) as changed:
        changed.merge(Keyring.read(str(tmp_path / "mine"), [key]), join=True)
    assert len(Keyring.read(path, [key], seen=seen).versions) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"counter": "1"},
        {"schema": "other"},
        {"key_id": "00"},
        {"key_id": 5},
        {"min_decrypt_version": "1"},
        {"versions": []},
        {"versions": [{"version": 1, "state": "primary", "created": "", "key": "AAAA"}]},
        {"versions": [{"version": 1, "state": "odd", "created": "", "key": None}]},
        {"versions": [{"version": 0, "state": "destroyed", "created": "", "key": None}]},
        {"versions": 7},
    ],
)
def test_damaged_keyrings(keys, change):
    """A vault that holds no keyring is told apart, and nothing of it is shown."""
    document = {**json.loads(keys.ring.to_bytes()), **change}
    with pytest.raises(IntegrityError, match="not a keyring"):
        Keyring.from_bytes(json.dumps(document).encode())
    for content in (b"\xff{", b"[" * 50_000):
        with pytest.raises(IntegrityError):
            Keyring.from_bytes(content)
        with pytest.raises(IntegrityError):
            Identity.from_bytes(content)


def test_passphrases(cheap):
    """NFC makes two ways of typing one; an empty one is refused; none is pickled."""
    import pickle

    data = seal_bytes(b"x", [Passphrase("caf\u00e9", cost=cheap)])
    assert open_bytes(data, [Passphrase("cafe\u0301", cost=cheap)])[1] == b"x"
    with pytest.raises(InputError, match="empty"):
        Passphrase("")
    with pytest.raises(TypeError):
        pickle.dumps(Passphrase("x"))


def test_a_batch_costs_one_derivation(cheap, monkeypatch):
    """One passphrase object derives once for all that it seals, and once to open it."""
    from cotool.vault import keys

    calls = []
    real = keys.argon2id
    monkeypatch.setattr(keys, "argon2id", lambda *given: calls.append(1) or real(*given))
    phrase = Passphrase("x", cost=cheap)
    files = [seal_bytes(b"x", [phrase]) for _ in range(5)]
    other = Passphrase("x", cost=cheap)
    for data in files:
        open_bytes(data, [other])
    assert len(calls) == 2
    assert len({data[80:104] for data in files}) == 5  # the wrap salts differ
