"""Keys for people: identities, recipients, and who opens a file before and after a change."""

from __future__ import annotations

import gc
import io
import json
import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.errors import (
    InputError,
    IntegrityError,
    MissingKeyError,
    UnsupportedFormatError,
    VaultError,
    WrongKeyError,
)
from cotool.vault import (
    Identity,
    KeyFile,
    Keyring,
    Passphrase,
    Recipient,
    Signer,
    decrypt,
    encrypt,
    inspect,
    read_recipients,
    reencrypt,
    rewrap,
    verify,
)
from cotool.vault.envelope import COMPACT_LIMIT, unlock
from cotool.vault.in_memory import open_bytes, seal_bytes
from cotool.vault.keys import hkdf
from cotool.vault.recipients import RECIPIENT
from reference import open_vault

ALICE, BOB, CAROL = (Identity.generate() for _ in range(3))
TEXT = str(ALICE.recipient)


def seed_of(identity, number=1):
    """Return the secret of a version as the oracle wants it."""
    version = identity.versions[number - 1]
    seed = hkdf(version.seed, b"", b"cotool.vault/2 identity x-wing\0", 32)
    return {(3, identity.key_id, version.version): seed}


def opens(path, key):
    """Return whether a key opens a file."""
    try:
        verify(path, keys=[key])
    except (WrongKeyError, MissingKeyError):
        return False
    return True


@pytest.fixture(params=[20, COMPACT_LIMIT + 20], ids=["compact", "two copies"])
def sealed(request, tmp_path):
    """Give a file for Alice and Bob, sealed without any secret of theirs."""
    (tmp_path / "plain").write_bytes(bytes(request.param))
    path = tmp_path / "sealed"
    encrypt(tmp_path / "plain", path, keys=[ALICE.recipient, BOB.recipient])
    return path


def test_sealed_for_people(sealed):
    """Each of them opens the file, the oracle too, and nobody else."""
    content = (sealed.parent / "plain").read_bytes()
    data = sealed.read_bytes()
    for person in (ALICE, BOB):
        sink = io.BytesIO()
        decrypt(io.BytesIO(data), sink, keys=[CAROL, Keyring.generate(), person])
        assert sink.getvalue() == content
        assert open_vault(data, seed_of(person)) == content
    with pytest.raises(WrongKeyError, match=f"identity {ALICE.key_id.hex()} version 1"):
        verify(sealed, keys=[CAROL])
    with pytest.raises(WrongKeyError):
        verify(sealed, keys=[ALICE.recipient])  # a public key opens nothing


def test_inspect_shows_recipients(sealed):
    """Without a key, by their ids."""
    found = inspect(sealed)
    assert found.format == 2
    assert [(slot.kind, slot.key_id, slot.version) for slot in found.slots] == [
        ("identity", ALICE.key_id.hex(), 1),
        ("identity", BOB.key_id.hex(), 1),
    ]


def test_members_change_without_the_secrets_of_others(sealed):
    """Bob adds Carol and removes Alice; nobody else is asked, and the content stays."""
    payload = sealed.read_bytes()[inspect(sealed).header_bytes :]
    assert rewrap(sealed, keys=[BOB], add=[CAROL.recipient])
    assert not rewrap(sealed, keys=[BOB], add=[CAROL.recipient])
    assert [opens(sealed, key) for key in (ALICE, BOB, CAROL)] == [True, True, True]
    assert rewrap(sealed, keys=[BOB], remove=[ALICE.recipient])
    assert [opens(sealed, key) for key in (ALICE, BOB, CAROL)] == [False, True, True]
    assert rewrap(sealed, keys=[CAROL], remove=[BOB.key_id.hex()])
    assert not rewrap(sealed, keys=[CAROL], remove=[BOB.recipient])
    assert [opens(sealed, key) for key in (ALICE, BOB, CAROL)] == [False, False, True]
    assert sealed.read_bytes()[inspect(sealed).header_bytes :] == payload
    with pytest.raises(InputError, match="at least one"):
        rewrap(sealed, keys=[CAROL], remove=[CAROL.recipient])
    with pytest.raises(InputError, match="not the id"):
        rewrap(sealed, keys=[CAROL], remove=["1234"])


def test_the_file_follows_a_list(sealed, cheap):
    """Exactly the listed people, beside keys of other kinds; twice changes nothing."""
    secret = Passphrase("for emergencies", cost=cheap)
    rewrap(sealed, keys=[ALICE], add=[secret])
    team = [BOB.recipient, CAROL.recipient]
    assert rewrap(sealed, keys=[ALICE], recipients=team)
    assert [opens(sealed, key) for key in (ALICE, BOB, CAROL, secret)] == [False, True, True, True]
    assert not rewrap(sealed, keys=[BOB], recipients=team)
    assert rewrap(sealed, keys=[secret], recipients=[])
    assert not any(opens(sealed, key) for key in (ALICE, BOB, CAROL))
    assert opens(sealed, secret)


def test_removed_people_and_the_file_key(sealed):
    """A rewrap leaves the file key, so an old header opens what is there; reencrypt does not."""
    old = sealed.read_bytes()[: inspect(sealed).header_bytes]
    rewrap(sealed, keys=[BOB], remove=[ALICE.recipient])
    now = sealed.read_bytes()[inspect(sealed).header_bytes :]
    assert open_bytes(old + now, [ALICE])
    reencrypt(sealed, keys=[BOB])
    now = sealed.read_bytes()[inspect(sealed).header_bytes :]
    with pytest.raises(IntegrityError):
        open_bytes(old + now, [ALICE])
    assert not opens(sealed, ALICE)


def test_reencrypt_needs_the_public_keys_of_the_others(sealed):
    """They keep access, with their newest version; or are dropped if that is said."""
    with pytest.raises(InputError, match=f"slot 2 .*identity {BOB.key_id.hex()}"):
        reencrypt(sealed, keys=[ALICE])
    reencrypt(sealed, keys=[ALICE, BOB.recipient])
    assert opens(sealed, ALICE)
    assert opens(sealed, BOB)
    reencrypt(sealed, keys=[ALICE], drop=True)
    assert not opens(sealed, BOB)


def test_rotation(sealed, tmp_path):
    """Old files open with the new file of the identity; a rewrap moves them to the new version."""
    before = Identity.from_bytes(ALICE.to_bytes())
    now = Identity.from_bytes(ALICE.to_bytes())
    assert now.rotate() == 2
    assert opens(sealed, now)
    assert now.recipient != before.recipient
    assert rewrap(sealed, keys=[now], replace=[now])
    assert not rewrap(sealed, keys=[now], replace=[now])
    with pytest.raises(MissingKeyError, match="version 2 is not in the identity"):
        verify(sealed, keys=[before])
    assert opens(sealed, BOB)
    assert [slot.version for slot in inspect(sealed).slots] == [2, 1]
    rewrap(sealed, keys=[now], add=[before.recipient])
    rewrap(sealed, keys=[BOB], remove=[before.recipient])  # a person leaves with all versions
    assert not opens(sealed, now)


def copy_of(identity):
    """Return an identity as another machine has it."""
    return Identity.from_bytes(identity.to_bytes())


def test_rotations_on_two_machines(sealed):
    """Are joined, the same on both; files for either of them open, and nothing is lost."""
    here = Identity.generate()
    there = copy_of(here)
    for machine in (here, there):
        machine.rotate()
    there.rotate()
    old = here.recipient
    both, back = copy_of(here), copy_of(there)
    assert (both.merge(there), back.merge(here)) == (2, 1)
    assert both.to_bytes() == back.to_bytes() == copy_of(both).to_bytes()
    assert json.loads(both.to_bytes())["schema"] == "cotool.identity/2"
    assert [version.version for version in both.versions] == [1, 2, 2, 3]
    assert both.recipient == there.recipient
    assert both.merge(there) == both.merge(here) == both.merge(both) == 0
    for recipient in (old, there.recipient_of(there.versions[1])):
        rewrap(sealed, keys=[BOB], recipients=[recipient, BOB.recipient])
        assert opens(sealed, both)
        assert opens(sealed, here) == (recipient == old)
        rewrap(sealed, keys=[BOB], remove=[recipient])
    rewrap(sealed, keys=[BOB], add=[old])
    assert rewrap(sealed, keys=[both], replace=[both])
    assert opens(sealed, there)
    with pytest.raises(InputError, match="this is identity"):
        both.merge(ALICE)
    plain = copy_of(here)
    assert plain.merge(copy_of(here)) == 0
    assert json.loads(plain.to_bytes())["schema"] == "cotool.identity/1"


@pytest.mark.parametrize("orders", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_merges_commute(orders):
    """Three machines reach the same file in any order."""
    start = Identity.generate()
    machines = [copy_of(start) for _ in range(3)]
    for machine in machines:
        machine.rotate()
    joined = copy_of(start)
    for number in orders:
        joined.merge(machines[number])
    again = copy_of(machines[0])
    again.merge(joined)
    assert again.to_bytes() == joined.to_bytes()
    assert len(joined.versions) == 4


def test_a_rewrap_adds_nobody_unasked(sealed):
    """Moving a keyring or another identity to its newest version adds no slot to others' files."""
    for key in (Keyring.generate(), CAROL):
        assert not rewrap(sealed, keys=[ALICE], replace=[key])


def test_the_identitys_file(tmp_path, cheap):
    """Protected by a passphrase, a key file or its mode; changed from one to another."""
    secret, key = Passphrase("a secret", cost=cheap), KeyFile(bytes(32))
    path = str(tmp_path / "deep" / "identity.vault")
    modes = iter((0o640, 0o644, 0o600))
    made = Identity.generate()
    made.write_new(path, [secret])
    with pytest.raises(InputError, match="already exists"):
        made.write_new(path, [secret])
    with pytest.raises(InputError, match="protected"):
        Identity.read(path)
    with pytest.raises(WrongKeyError):
        Identity.read(path, [key])
    assert made.versions[0].seed not in (tmp_path / "deep" / "identity.vault").read_bytes()
    for old, new in ((secret, key), (key, None), (None, secret)):
        Path(path).chmod(next(modes))
        Identity.change_opener(path, [old] if old else [], new)
        with Identity.changed(path, [new] if new else []) as identity:
            identity.rotate()
        assert Path(path).stat().st_mode & 0o777 == (0o640 if new is key else 0o600)
    found = Identity.read(path, [secret])
    assert [version.version for version in found.versions] == [1, 2, 3, 4]
    assert found.versions[0].seed == made.versions[0].seed
    assert found.recipient_of(found.versions[0]) == made.recipient


def test_an_identity_of_a_newer_cotool():
    """Is not called damaged, and no word of its content is shown."""
    document = {**json.loads(ALICE.to_bytes()), "schema": "cotool.identity/9"}
    with pytest.raises(UnsupportedFormatError, match="newer version") as caught:
        Identity.from_bytes(json.dumps(document).encode())
    assert document["versions"][0]["seed"] not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "cotool.export/1"}, {"schema": 1}, {"id": "00"}, {"id": 7}, {"versions": []},
        {"versions": 3}, {"versions": [{}]},
    ],
)  # fmt: skip
def test_files_that_are_no_identity(tmp_path, change):
    """Refused without a word of their content."""
    document = {**json.loads(ALICE.to_bytes()), **change}
    with pytest.raises(IntegrityError) as caught:
        Identity.from_bytes(json.dumps(document).encode())
    assert ALICE.versions[0].seed.hex() not in str(caught.value)
    for content in (b"", b"[]", b"{", b'{"schema": "cotool.keyring/1"}', bytes(1000)):
        with pytest.raises(IntegrityError):
            Identity.from_bytes(content)
    entry = json.loads(ALICE.to_bytes())["versions"][0]
    for versions in ([entry, entry], [{**entry, "seed": "AAAA"}], [{**entry, "version": 0}]):
        document = {**json.loads(ALICE.to_bytes()), "versions": versions}
        with pytest.raises(IntegrityError):
            Identity.from_bytes(json.dumps(document).encode())


def test_no_secret_in_text():
    """Neither repr nor pickle gives a key away."""
    secret = ALICE.versions[0].seed
    for text in (repr(ALICE), repr(ALICE.versions[0]), repr(ALICE.primary.signing_key)):
        assert repr(secret)[2:-1] not in text
        assert "seed" not in text
    with pytest.raises(TypeError):
        pickle.dumps(ALICE)


def test_strings():
    """What is printed is read again; a recipient also names its signer."""
    assert Recipient.parse(f" {TEXT}\n") == ALICE.recipient
    assert str(Recipient.parse(TEXT)) == TEXT
    signer = ALICE.primary.signer
    assert Signer.parse(str(signer)) == Signer.parse(TEXT) == signer
    assert len({ALICE.recipient, Recipient.parse(TEXT), BOB.recipient}) == 2


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.data())
def test_mistyped_strings(data):
    """One other character, two exchanged ones, a lost or a doubled one: all are refused."""
    for text, read in ((TEXT, Recipient.parse), (str(ALICE.primary.signer), Signer.parse)):
        place = data.draw(st.integers(0, len(text) - 2))
        other = data.draw(st.sampled_from(ALPHABET))
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for wrong in (
            text[:place] + other + text[place + 1 :], swapped, text[:place] + text[place + 1 :],
            text[: place + 1] + text[place:], text[:place], text + other, text.upper(),
        ):  # fmt: skip
            if wrong != text:
                with pytest.raises(InputError) as caught:
                    read(wrong)
                assert caught.value.hint


@given(st.text(max_size=60))
def test_any_text_is_no_recipient(text):
    """Refused, and shown no longer than 40 characters."""
    for read in (Recipient.parse, Signer.parse):
        with pytest.raises(InputError) as caught:
            read(text)
        assert len(str(caught.value)) < 130
        with pytest.raises(InputError):
            read(RECIPIENT + text)


def test_a_file_of_recipients(tmp_path):
    """Names, comments, empty lines, any line ends; errors name file and line."""
    path = tmp_path / "team.txt"
    path.write_bytes(f"\ufeff# team\r\n\r\nAlice A. {TEXT}  # lead\r\n{BOB.recipient}\n".encode())
    members = read_recipients(path)
    assert [(member.name, member.line) for member in members] == [("Alice A.", 3), ("", 4)]
    assert [member.recipient for member in members] == [ALICE.recipient, BOB.recipient]
    for text, error in (
        (f"A {TEXT}\nB {TEXT[:-1]}\n", r"team.txt, line 2: .*checksum is wrong"),
        (f"A {TEXT}\n\nB {TEXT}\n", r"team.txt, line 3: is the same identity as line 1"),
        ("Alice\n", r"team.txt, line 1: Alice: is not a recipient"),
        (f"{ALICE.primary.signer}\n", r"line 1: .*is not a recipient"),
        ("# nobody\n", r"team.txt: has no recipients"),
        ("", r"team.txt: has no recipients"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=error):
            read_recipients(path)


def test_files_of_a_batch_share_a_message():
    """One encapsulation for up to 1,024 files, and every file wrapped under a key of its own."""
    recipient = Recipient.parse(TEXT)
    slots = [unlock(seal_bytes(b"x", [recipient]), [ALICE]).header.slots[0] for _ in range(1030)]
    assert len({slot.material for slot in slots}) == 2
    for field in ("wrap_salt", "commitment", "wrapped"):
        assert len({getattr(slot, field) for slot in slots}) == len(slots)
    assert (
        seal_bytes(b"", [Recipient.parse(TEXT)])[50:1200] != seal_bytes(b"", [recipient])[50:1200]
    )


def test_threads_share_keys():
    """Sealing and opening with the same objects from many threads."""
    recipient, identity = Recipient.parse(TEXT), Identity.from_bytes(ALICE.to_bytes())

    def once(number):
        data = seal_bytes(str(number).encode(), [recipient, BOB.recipient])
        return open_bytes(data, [identity])[1]

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(once, range(200))] == [str(n).encode() for n in range(200)]


def test_another_persons_slot(tmp_path):
    """A slot renamed to another identity, and one from another file, open nothing."""
    data = bytearray(seal_bytes(b"content", [ALICE.recipient, BOB.recipient]))
    head = slice(50, 66)
    stolen = bytearray(data)
    stolen[head.start + 8 : head.stop] = CAROL.key_id
    with pytest.raises(VaultError):
        open_bytes(bytes(stolen), [CAROL])
    other = seal_bytes(b"content", [ALICE.recipient, BOB.recipient])
    spliced = data[:50] + other[50 : 50 + 1288] + data[50 + 1288 :]
    with pytest.raises(WrongKeyError):
        open_bytes(bytes(spliced), [ALICE])


def test_two_slots_of_one_identity():
    """Sealing twice for one version is refused; two versions are two slots."""
    with pytest.raises(InputError, match="two slots for the same version"):
        seal_bytes(b"", [ALICE.recipient, Recipient.parse(TEXT)])
    later = Identity.from_bytes(ALICE.to_bytes())
    later.rotate()
    data = seal_bytes(b"both", [ALICE.recipient, later.recipient])
    assert open_bytes(data, [ALICE])[1] == b"both"


def test_a_tree_takes_no_memory(tmp_path):
    """Files with large headers leave nothing behind that only the garbage collector finds."""
    crowd = [Identity.generate().recipient for _ in range(40)]
    data = seal_bytes(b"x", [ALICE.recipient, *crowd])
    path = tmp_path / "sealed"
    path.write_bytes(data)
    verify(path, keys=[ALICE])
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(20):
            verify(path, keys=[ALICE])
        assert tracemalloc.get_traced_memory()[0] < 10 * len(data)
    finally:
        tracemalloc.stop()
        gc.enable()
