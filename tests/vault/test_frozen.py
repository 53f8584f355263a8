"""Files made once in each format: every later version opens them, or refuses them alike."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import os
from pathlib import Path

import pytest

from cotool import errors
from cotool.vault import (
    Argon2Cost,
    Identity,
    KeyFile,
    Keyring,
    Passphrase,
    Signer,
    decrypt,
    encrypt,
    inspect,
    read_recipients,
    verify_signatures,
)
from cotool.vault.in_memory import seal_bytes

FROZEN = Path(__file__).parent / "frozen"
EXPECTED = {
    f"{folder}/{name}": expected
    for folder in ("v1", "v2")
    for name, expected in json.loads((FROZEN / folder / "expected.json").read_text()).items()
}


@pytest.fixture(scope="module")
def keys():
    """Give the keys that open the frozen files."""
    ring = Keyring.read(
        str(FROZEN / "v1" / "ring.vault"), [KeyFile.read(str(FROZEN / "v1" / "opener.key"))]
    )
    secret = Passphrase("frozen passphrase")
    # Not read as a file: git gives it a mode with which everyone can read it.
    alice = Identity.from_bytes((FROZEN / "v2" / "alice.identity").read_bytes())
    bob = Identity.read(str(FROZEN / "v2" / "bob.identity"), [secret])
    return [ring, secret, alice, bob]


@pytest.mark.parametrize("name", EXPECTED)
def test_frozen_file(keys, name):
    """The content that went in, or the error that the change must give."""
    expected = EXPECTED[name]
    for source in (FROZEN / name, io.BytesIO((FROZEN / name).read_bytes())):
        sink = io.BytesIO()
        if "error" in expected:
            with pytest.raises(errors.VaultError) as caught:
                decrypt(source, sink, keys=keys)
            assert type(caught.value).__name__ == expected["error"]
        else:
            decrypt(source, sink, keys=keys)
            found = hashlib.sha256(sink.getvalue()).hexdigest()
            assert (found, len(sink.getvalue())) == (expected["sha256"], expected["bytes"])


def test_frozen_keyring(keys):
    """The keyring's versions and states."""
    assert [version.state for version in keys[0].versions] == ["enabled", "disabled", "primary"]


def test_frozen_identities(keys):
    """The public keys that the identities had, by their seeds."""
    members = read_recipients(FROZEN / "v2" / "team.txt")
    assert [member.name for member in members] == ["Alice", "Bob"]
    assert [member.recipient for member in members] == [key.recipient for key in keys[2:]]


def test_frozen_damage():
    """Headers that were torn are seen without a key."""
    for name in (
        "v1/torn-rewrap.vault", "v1/half-rewrapped.vault", "v2/first-copy-damaged.vault",
        "v2/stride-damaged.vault",
    ):  # fmt: skip
        assert inspect(FROZEN / name).damage
    for name in ("v1/rewrapped.vault", "v2/two-copies.vault"):
        assert inspect(FROZEN / name).damage is None


def test_frozen_signature(keys, monkeypatch):
    """The manifests that were signed once."""
    for folder, name, key in (
        ("v1", "manifest.hmac", keys[0]),
        ("v2", "manifest.sig", [keys[2].primary.signer]),
    ):
        monkeypatch.chdir(FROZEN / folder)
        text = Path(name).read_text()
        assert [found.state for found in verify_signatures(text, key=key)] == ["ok", "ok"]
    signer = Signer.parse((FROZEN / "v2" / "team.txt").read_text().splitlines()[1].split()[1])
    assert signer == keys[2].primary.signer


@pytest.mark.parametrize(
    ("keyrings", "size", "digest"),
    [
        (1, 100, "434ef31cdc21f718"),
        (6, 100, "48623adde1d43112"),
        (7, 100, "37c92ad247138f26"),
        (2, 1 << 20, "eeacff1f3ec364a0"),
        (8, 1 << 20, "1745b2b726745029"),
    ],
)
def test_the_writer_writes_the_same_bytes(monkeypatch, keyrings, size, digest):
    """With fixed randomness, a file has the bytes that it has always had, in both formats."""
    numbers = itertools.count()
    monkeypatch.setattr(os, "urandom", lambda n: hashlib.shake_256(b"%d" % next(numbers)).digest(n))
    rings = [Keyring.generate() for _ in range(keyrings)]
    secret = Passphrase("x", cost=Argon2Cost(passes=1, memory=8, lanes=1))
    keys = rings if keyrings == 6 else [*rings, secret]
    if size < 1 << 20:
        data = seal_bytes(bytes(size), keys)
    else:
        sink = io.BytesIO()
        encrypt(io.BytesIO(bytes(size)), sink, keys=keys, num_threads=1)
        data = sink.getvalue()
    assert data[8] == (1 if len(keys) <= 6 else 2)
    assert hashlib.sha256(data).hexdigest()[:16] == digest
