"""Published vectors: what is borrowed works here, and what is ours is the public construction."""

from __future__ import annotations

import hashlib
import json
import zlib

import pytest
from argon2.low_level import ARGON2_VERSION, Type, core, ffi
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from cotool.errors import VaultError
from cotool.vault.keys import hkdf
from cotool.vault.stream import PREFIX, SEGMENT, Stream, content_size, sealed_size
from reference import hkdf_extract_expand, open_cobblestone

SIZES = (0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 70_000)


def sealed(stream, content):
    """Return the payload that our loop makes of content."""
    into = memoryview(bytearray(sealed_size(len(content)) - PREFIX))
    size = stream.seal(0, memoryview(content), into, final=True)
    assert size == len(into)
    return stream.prefix + into.tobytes()


def opened(payload, key, context):
    """Return the content that our loop finds in a payload."""
    stream = Stream.opened(key, payload[:PREFIX], context)
    into = memoryview(bytearray(len(payload)))
    size = stream.open(0, memoryview(payload)[PREFIX:], into, final=True)
    return into[:size].tobytes()


def vectors(data, name):
    """Return the groups of a Wycheproof file. Skips where it is absent."""
    path = data / "vault" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    return json.loads(path.read_text())["testGroups"]


def test_wycheproof_chunked_encryption(data):
    """Our segment loop, and the library's, give the 35 results."""
    done = 0
    for group in vectors(data, "c2sp_chunked_encryption_aes_256_gcm_test.json"):
        for case in group["tests"]:
            payload = zlib.decompress(bytes.fromhex(case["ct"]))
            key, context = bytes.fromhex(case["key"]), bytes.fromhex(case["ctx"])
            if case["result"] == "valid":
                content = opened(payload, key, context)
                assert hashlib.sha512(content).hexdigest() == case["msgSha512"], case["tcId"]
                other = Cobblestone256Decryptor(key, context)
                assert other.update(payload) + other.finalize() == content
                again = Stream(key, payload[:24], context)
                assert sealed(again, content) == payload
            else:
                with pytest.raises((VaultError, ValueError)):
                    opened(payload, key, context)
            done += 1
    assert done == 35


def test_wycheproof_aes_gcm(data):
    """AES-GCM with keys of 256 bits, nonces of 96 and tags of 128."""
    done = 0
    for group in vectors(data, "aes_gcm_test.json"):
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            continue
        for case in group["tests"]:
            fields = ("key", "iv", "aad", "msg", "ct", "tag")
            key, nonce, aad, message, ct, tag = (bytes.fromhex(case[name]) for name in fields)
            if case["result"] == "valid":
                assert AESGCM(key).encrypt(nonce, message, aad) == ct + tag
                assert AESGCM(key).decrypt(nonce, ct + tag, aad) == message
            else:
                with pytest.raises(InvalidTag):
                    AESGCM(key).decrypt(nonce, ct + tag, aad)
            done += 1
    assert done == 66


def test_wycheproof_hkdf(data):
    """HKDF-SHA256, and its oracle."""
    done = 0
    for group in vectors(data, "hkdf_sha256_test.json"):
        for case in group["tests"]:
            key, salt, info = (bytes.fromhex(case[name]) for name in ("ikm", "salt", "info"))
            if case["result"] == "valid":
                assert hkdf(key, salt, info, case["size"]).hex() == case["okm"]
                assert hkdf_extract_expand(key, salt, info, case["size"]).hex() == case["okm"]
            else:
                with pytest.raises(ValueError):
                    hkdf(key, salt, info, case["size"])
            done += 1
    assert done == 86


def test_wycheproof_hmac(data):
    """HMAC-SHA256 with whole and cut tags."""
    import hmac

    done = 0
    for group in vectors(data, "hmac_sha256_test.json"):
        for case in group["tests"]:
            key, message = bytes.fromhex(case["key"]), bytes.fromhex(case["msg"])
            found = hmac.digest(key, message, "sha256")[: group["tagSize"] // 8]
            equal = hmac.compare_digest(found, bytes.fromhex(case["tag"]))
            assert equal == (case["result"] == "valid")
            done += 1
    assert done == 174


def test_rfc_5869():
    """Test case 1 of the RFC."""
    key, salt = bytes([0x0B] * 22), bytes(range(13))
    info = bytes(range(0xF0, 0xFA))
    expected = (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    assert hkdf(key, salt, info, 42).hex() == expected


def test_rfc_9106():
    """The RFC's vector of Argon2id (section 5.3), with its secret and associated data."""
    parts = [
        ffi.new("uint8_t[]", bytes([n] * size)) for n, size in ((1, 32), (2, 16), (3, 8), (4, 12))
    ]
    out = ffi.new("uint8_t[]", 32)
    context = ffi.new(
        "argon2_context *",
        {
            "out": out, "outlen": 32, "version": ARGON2_VERSION,
            "pwd": parts[0], "pwdlen": 32, "salt": parts[1], "saltlen": 16,
            "secret": parts[2], "secretlen": 8, "ad": parts[3], "adlen": 12,
            "t_cost": 3, "m_cost": 32, "lanes": 4, "threads": 4,
            "allocate_cbk": ffi.NULL, "free_cbk": ffi.NULL, "flags": 0,
        },
    )  # fmt: skip
    assert core(context, Type.ID.value) == 0
    expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    assert bytes(ffi.buffer(out, 32)).hex() == expected


@pytest.mark.parametrize("size", SIZES)
def test_two_paths_give_equal_bytes(size):
    """The library's construction, our loop and the oracle agree, in both directions."""
    key, context = bytes(range(32)), b"context"
    content = bytes(n * 31 % 251 for n in range(size))
    library = Cobblestone256Encryptor(key, context)
    payload = library.update(content) + library.finalize()
    assert sealed(Stream(key, payload[:24], context), content) == payload
    assert opened(payload, key, context) == content
    assert open_cobblestone(payload, key, context) == content
    assert len(payload) == sealed_size(size)
    assert content_size(len(payload)) == size


@given(st.binary(max_size=200), st.binary(max_size=40), st.binary(min_size=32, max_size=32))
def test_two_paths_on_any_content(content, context, key):
    """Likewise for random keys and contexts."""
    library = Cobblestone256Encryptor(key, context)
    payload = library.update(content) + library.finalize()
    assert sealed(Stream(key, payload[:24], context), content) == payload


@pytest.mark.parametrize("run", [1, 2, 5])
def test_segments_in_any_order(run):
    """Runs of segments sealed apart, last first, are the whole payload."""
    content = bytes(n * 7 % 256 for n in range(5 * SEGMENT + 100))
    stream = Stream(bytes(32), bytes(24), b"")
    whole = sealed(stream, content)[PREFIX:]
    into = bytearray(len(whole))
    for first in reversed(range(0, 6, run)):
        part = memoryview(content)[first * SEGMENT : (first + run) * SEGMENT]
        final = len(part) < run * SEGMENT or first + run > 5
        piece = memoryview(bytearray(len(part) + 16 * run))
        size = stream.seal(first, part, piece, final=final and len(part) % SEGMENT > 0)
        start = first * (SEGMENT + 16)
        into[start : start + size] = piece[:size]
    assert bytes(into) == whole
