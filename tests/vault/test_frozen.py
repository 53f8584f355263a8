"""Files made once by format version 1: every later version opens them, or refuses them alike."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest

from cotool import errors
from cotool.vault import KeyFile, Keyring, Passphrase, decrypt, inspect, verify_signatures

FROZEN = Path(__file__).parent / "frozen" / "v1"
EXPECTED = json.loads((FROZEN / "expected.json").read_text())


@pytest.fixture(scope="module")
def keys():
    """Give the keys that open the frozen files."""
    ring = Keyring.read(str(FROZEN / "ring.vault"), [KeyFile.read(str(FROZEN / "opener.key"))])
    return [ring, Passphrase("frozen passphrase")]


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


def test_frozen_damage():
    """Headers that were torn are seen without a key."""
    for name in ("torn-rewrap.vault", "half-rewrapped.vault"):
        assert inspect(FROZEN / name).damage
    assert inspect(FROZEN / "rewrapped.vault").damage is None


def test_frozen_signature(keys, monkeypatch):
    """The manifest that was signed once."""
    monkeypatch.chdir(FROZEN)
    text = Path("manifest.hmac").read_text()
    assert [found.state for found in verify_signatures(text, key=keys[0])] == ["ok", "ok"]
