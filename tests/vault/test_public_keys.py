"""Public-key primitives: published vectors, an oracle of single steps, and keys that are traps."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given
from hypothesis import strategies as st

from cotool.errors import InputError, MissingExtraError
from cotool.vault import Identity, Recipient, hybrid
from reference import dhkem_x25519, hpke_key, open_hpke, open_hpke_xwing

FIELD = 2**255 - 19
SEED = hashlib.sha256(b"a seed").digest()


def hexed(text):
    """Return the bytes of hexadecimal digits."""
    return bytes.fromhex(text)


def test_hpke_of_rfc_9180():
    """Appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode."""
    private = hexed("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")
    enc = hexed("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
    info, aad = hexed("4f6465206f6e2061204772656369616e2055726e"), hexed("436f756e742d30")
    plain = hexed("4265617574792069732074727574682c20747275746820626561757479")
    sealed = hexed(
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
    )
    shared = dhkem_x25519(private, enc)
    assert shared.hex() == "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"
    key, nonce = hpke_key(shared, 0x20, info, aead=1)
    assert key.hex() == "4531685d41d65f03dc48f6b8302c05b0"
    assert nonce.hex() == "56d890e5accaaf011cff4b7d"
    assert open_hpke(shared, 0x20, sealed, info, aad, aead=1) == plain


@given(st.binary(max_size=100), st.binary(max_size=40), st.binary(min_size=32, max_size=32))
def test_hpke_of_the_library(plain, info, scalar):
    """With X25519 and AES-256-GCM it seals what the steps of RFC 9180 open, and nothing else."""
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    key = X25519PrivateKey.from_private_bytes(scalar)
    message = suite.encrypt(plain, key.public_key(), info)
    shared = dhkem_x25519(scalar, message[:32])
    assert open_hpke(shared, 0x20, message[32:], info) == plain
    with pytest.raises(InvalidTag):
        open_hpke(shared, 0x20, message[32:], info + b"x")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_xwing(seed, secret):
    """What we seal, the oracle opens by ML-KEM, X25519 and SHA3 alone."""
    private, public = hybrid.decryption_key(seed)
    message = hybrid.seal(secret, hybrid.encryption_key(public), b"info")
    assert len(message) == 1168
    assert open_hpke_xwing(message, seed, b"info") == secret
    assert hybrid.open_message(message, private, b"info") == secret
    assert hybrid.open_message(message, private, b"other") is None


def test_xwing_key_of_its_draft():
    """draft-connolly-cfrg-xwing-kem, appendix C: the public key of the first seed."""
    seed = hexed("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
    public = hybrid.decryption_key(seed)[1]
    assert public.hex().startswith(
        "e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5"
    )
    assert len(public) == hybrid.PUBLIC_SIZE


def test_changed_messages():
    """A bit anywhere, in ML-KEM's part, X25519's, the ciphertext or the tag, opens nothing."""
    private, public = hybrid.decryption_key(SEED)
    message = hybrid.seal(bytes(32), hybrid.encryption_key(public), b"")
    for place in (0, 500, 1087, 1088, 1118, 1120, 1151, 1152, 1167):
        changed = bytearray(message)
        changed[place] ^= 4
        assert hybrid.open_message(bytes(changed), private, b"") is None
    for wrong in (b"", message[:-1], message + b"\0", bytes(1168)):
        assert hybrid.open_message(wrong, private, b"") is None


# Points of order 1, 2, 4 and 8 of the curve and its twist, as in Wycheproof, with the field's prime
# added where that fits into 255 bits.
LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    FIELD - 1,
    FIELD,
    FIELD + 1,
]


@pytest.mark.parametrize("point", LOW_ORDER)
@pytest.mark.parametrize("top", [0, 1 << 255])
def test_points_of_low_order(point, top):
    """A recipient with such a key is refused: its shared secret would be zero."""
    curve = ((point | top) % 2**256).to_bytes(32, "little")
    kem = MLKEM768PrivateKey.from_seed_bytes(bytes(64)).public_key().public_bytes_raw()
    with pytest.raises(ValueError, match=r"."):
        hybrid.encryption_key(kem + curve)
    identity = Identity.generate()
    signer = identity.primary.signer
    made = Recipient.__new__(Recipient)
    made.key_id, made.version, made.signer, made._public = identity.key_id, 1, signer, kem + curve
    with pytest.raises(InputError, match="not a valid public key"):
        Recipient.parse(str(made))


def test_keys_that_are_not_canonical():
    """A coordinate beyond the prime, with the top bit, or an ML-KEM key beyond its modulus."""
    public = hybrid.decryption_key(SEED)[1]
    hybrid.encryption_key(public)
    number = int.from_bytes(public[-32:], "little")
    for other in (number | 1 << 255, FIELD + 3, 2**255 - 1):
        with pytest.raises(ValueError, match="canonical"):
            hybrid.encryption_key(public[:-32] + other.to_bytes(32, "little"))
    with pytest.raises(ValueError, match=r"."):
        hybrid.encryption_key(b"\xff" * 1184 + public[-32:])
    for wrong in (b"", public[:-1], public + b"\0"):
        with pytest.raises(ValueError, match="canonical"):
            hybrid.encryption_key(wrong)


def test_an_ephemeral_key_of_low_order():
    """A message whose X25519 part is a trap opens nothing and raises nothing."""
    private, public = hybrid.decryption_key(SEED)
    message = hybrid.seal(bytes(32), hybrid.encryption_key(public), b"")
    for point in LOW_ORDER:
        trap = message[:1088] + point.to_bytes(32, "little") + message[1120:]
        assert hybrid.open_message(trap, private, b"") is None


def test_x25519_of_rfc_7748():
    """Section 5.2: one iteration."""
    base = bytes([9]) + bytes(31)
    key = X25519PrivateKey.from_private_bytes(base)
    shared = key.exchange(X25519PublicKey.from_public_bytes(base))
    assert shared.hex() == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"


ORDER = 2**252 + 27742317777372353535851937790883648493


def test_ed25519_has_one_signature():
    """S + L, the other form of a signature, is refused; so is one of a key of low order."""
    key = hybrid.SigningKey(SEED, SEED)
    signature = key.sign(b"message")
    assert hybrid.is_signed(b"message", signature, key.public)
    other = int.from_bytes(signature[32:64], "little") + ORDER
    assert other < 2**256
    malleable = signature[:32] + other.to_bytes(32, "little") + signature[64:]
    assert not hybrid.is_signed(b"message", malleable, key.public)
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(key.public[:32]).verify(malleable[:64], b"message")


@pytest.mark.parametrize("place", [0, 31, 32, 63, 64, 1000, 3372])
def test_both_signatures_are_needed(place):
    """Each is checked: one that was changed, exchanged or left out refuses the message."""
    key, other = hybrid.SigningKey(SEED, SEED), hybrid.SigningKey(bytes(32), bytes(32))
    signature = key.sign(b"message")
    changed = bytearray(signature)
    changed[place] ^= 1
    assert not hybrid.is_signed(b"message", bytes(changed), key.public)
    mixed = other.sign(b"message")[:64] + signature[64:]
    assert not hybrid.is_signed(b"message", mixed, key.public)
    assert not hybrid.is_signed(b"message", mixed, other.public)
    assert not hybrid.is_signed(b"message", signature[:64], key.public)
    assert not hybrid.is_signed(b"other", signature, key.public)
    assert not hybrid.is_signed(b"message", b"", key.public)
    assert not hybrid.is_signed(b"message", signature, key.public[:32])
    assert hybrid.is_signed(b"message", mixed, other.public[:32] + key.public[32:])


def test_ed25519_of_rfc_8032():
    """Section 7.1, the first test: the empty message."""
    seed = hexed("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = hybrid.SigningKey(seed, bytes(32))
    expected = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.public[:32].hex() == expected
    assert key.sign(b"")[:64].hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_a_library_without_the_algorithms(monkeypatch):
    """An error that says what to install, for reading, sealing, signing and checking."""

    class Absent:
        @staticmethod
        def refuse(_):
            raise UnsupportedAlgorithm("not in this build")

        from_seed_bytes = from_public_bytes = refuse

    public, key = hybrid.decryption_key(SEED)[1], hybrid.SigningKey(SEED, SEED)
    signature = key.sign(b"")
    for name in (
        "MLKEM768PrivateKey",
        "MLKEM768PublicKey",
        "MLDSA65PrivateKey",
        "MLDSA65PublicKey",
    ):
        monkeypatch.setattr(hybrid, name, Absent)
    for call in (
        lambda: hybrid.decryption_key(SEED),
        lambda: hybrid.encryption_key(public),
        lambda: hybrid.SigningKey(SEED, SEED),
        lambda: hybrid.is_signed(b"", signature, key.public),
    ):
        with pytest.raises(MissingExtraError, match="no ML-KEM-768") as caught:
            call()
        assert "OpenSSL 3.5" in caught.value.hint
