"""One content sealed many times under one key: nothing that must be fresh ever repeats.

`make freshness` does it a million times.
"""

from __future__ import annotations

import io
import os

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cotool.vault import Keyring, encrypt
from cotool.vault.envelope import unlock
from cotool.vault.keys import Budget
from reference import hkdf_extract_expand

TIMES = int(os.environ.get("COTOOL_FRESHNESS", "1000"))
CONTENT = b"the same content"
EXPOSED = {  # where a file from a stream with one slot shows what is drawn or derived
    "file id": slice(12, 28),
    "wrap salt": slice(80, 104),
    "wrap commitment": slice(104, 136),
    "wrapped file key": slice(136, 168),
    "wrap tag": slice(168, 184),
    "header MAC": slice(864, 896),
    "payload salt": slice(2048, 2072),
    "payload commitment": slice(2072, 2104),
    "ciphertext": slice(2104, 2120),
    "tag": slice(2120, 2136),
}
HIDDEN = {"file key": 32, "wrap key and nonce": 44, "stream key and nonce": 44}
DEVIATIONS = 6.5  # of a fair coin: 3,000 bits stay within this but once in four million runs


@pytest.fixture(scope="module")
def seen():
    """Seal the content; give the bytes that its files show, and those that they hide, by name."""
    ring = Keyring.generate()
    widths = {name: place.stop - place.start for name, place in EXPOSED.items()} | HIDDEN
    rows = {name: np.empty((TIMES, width), np.uint8) for name, width in widths.items()}
    for n in range(TIMES):
        target = io.BytesIO()
        encrypt(io.BytesIO(CONTENT), target, keys=[ring])
        data = target.getvalue()
        assert len(data) == 2136
        values = {name: data[place] for name, place in EXPOSED.items()} | hidden(data, ring)
        for name, value in values.items():
            rows[name][n] = np.frombuffer(value, np.uint8)
    return rows


def hidden(data, ring):
    """Derive what a file does not show."""
    opened = unlock(data, [ring])
    identity = data[:10] + data[12:28]
    secret = ring.candidates(opened.header.slots[0], Budget(1))[0]
    info = b"cotool.vault/1 wrap\0" + identity + data[48:104]
    wrap = hkdf_extract_expand(secret, data[80:104], info, 44)
    key = hkdf_extract_expand(opened.file_key, data[12:28], b"cotool.vault/1 payload\0", 32)
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + data[2048:2072]
    info += b"cotool.vault/1 stream\0" + identity
    stream = hkdf_extract_expand(key, b"", info, 44, "sha512", extract=False)
    assert AESGCM(stream[:32]).decrypt(stream[32:], data[2104:], None) == CONTENT
    return {
        "file key": opened.file_key,
        "wrap key and nonce": wrap,
        "stream key and nonce": stream,
    }


def distinct(rows):
    """Count the different rows."""
    return len(np.unique(np.ascontiguousarray(rows).view(f"V{rows.shape[1]}")))


def test_nothing_repeats(seen):
    """Ids, salts, file keys, derived keys and nonces, commitments, ciphertexts, tags."""
    assert {name: distinct(rows) for name, rows in seen.items()} == dict.fromkeys(seen, TIMES)
    nonces = {name: distinct(seen[name][:, 32:]) for name in HIDDEN if "nonce" in name}
    assert nonces == dict.fromkeys(nonces, TIMES)


def test_every_bit_is_a_fair_coin(seen):
    """No bit of what must look random leans to a side, in no field."""
    bound = DEVIATIONS * TIMES**0.5 / 2
    for name, rows in seen.items():
        ones = np.unpackbits(rows, axis=1).sum(axis=0, dtype=np.int64)
        assert np.abs(ones - TIMES / 2).max() <= bound, name
