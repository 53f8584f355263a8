"""Keys that a program outside wraps: what it may answer, how often it is asked, what changes."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
import wrap_program

from cotool.errors import InputError, IntegrityError, MissingKeyError, VaultError, WrongKeyError
from cotool.vault import (
    Identity,
    Keyring,
    Vault,
    WrapCommand,
    encrypt,
    inspect,
    reencrypt,
    rewrap,
    verify,
)
from cotool.vault.envelope import COMPACT_LIMIT, new_envelope
from cotool.vault.in_memory import open_bytes, seal_bytes
from cotool.vault.inspection import read_slots
from cotool.vault.slots import MAX_PROGRAM_KEY, Slot, program_key_id, program_material
from reference import open_vault

PROGRAM = Path(wrap_program.__file__)
CONTENT = b"attack at dawn"


def program(name="key one", how="", log="", **settings):
    """Return the wrap command of our program."""
    return WrapCommand([sys.executable, "-IS", str(PROGRAM), name, how, str(log)], **settings)


def names(path):
    """Return what opens a file, as its slots are called."""
    return [slot.name for slot in read_slots(path)]


def for_key(name):
    """Return how a slot of our program is called."""
    return f"key {name} of a wrap command"


@pytest.fixture(params=[len(CONTENT), COMPACT_LIMIT + 9], ids=["compact", "two copies"])
def sealed(request, tmp_path):
    """Give a file that our program opens."""
    plain, path = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(CONTENT.ljust(request.param, b"."))
    encrypt(plain, path, keys=[program()])
    return path


def test_a_program_opens_what_it_wrapped(sealed):
    """With one call for each of wrap and unwrap; the oracle agrees, the header shows its key."""
    data = sealed.read_bytes()
    with Vault(sealed, keys=[program()]) as vault:
        assert vault.read(0, len(CONTENT)) == CONTENT
    opened = open_vault(
        data, {(4, "key one"): lambda *given: wrap_program.unwrap("key one", *given)}
    )
    assert opened.startswith(CONTENT)
    slot = inspect(sealed).slots[0]
    assert (slot.kind, slot.program_key) == ("program", "key one")
    assert slot.key_id == program_key_id("key one").hex()


def test_one_call_per_file(tmp_path):
    """For several files, copies of the header and reads of one object; the context is the file."""
    log = tmp_path / "log"
    key = program(log=log)
    ids = []
    for name in ("one", "two"):
        path = tmp_path / name
        path.write_bytes(bytes(COMPACT_LIMIT + 1))
        encrypt(path, tmp_path / f"{name}.vault", keys=[key])
        ids.append(inspect(tmp_path / f"{name}.vault").file_id)
    assert log.read_text() == "".join(f"wrap cotool.vault/2:{file_id}\n" for file_id in ids)
    log.unlink()
    fresh = program(log=log)
    for name in ("one", "two"):
        for _ in range(2):
            verify(tmp_path / f"{name}.vault", keys=[fresh])
    assert log.read_text() == "".join(f"unwrap cotool.vault/2:{file_id}\n" for file_id in ids)
    log.unlink()
    with pytest.raises(MissingKeyError, match="this is other"):
        verify(tmp_path / "one.vault", keys=[program("other", log=log)])
    assert len(log.read_text().splitlines()) == 1  # not again for the second copy


@pytest.mark.parametrize("how", [*wrap_program.MISBEHAVIOURS, "code", "killed", "deaf", "endless"])
def test_a_program_that_misbehaves(how, tmp_path, capfd):
    """Ends in an error that shows neither key nor control characters; nothing is written."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    sealed = tmp_path / "sealed"
    if how != "other key":
        with pytest.raises(InputError, match="the wrap command") as wrapping:
            encrypt(path, sealed, keys=[program(how=how)])
        assert "\x1b" not in str(wrapping.value)
        assert "\n" not in str(wrapping.value)
        assert [*tmp_path.iterdir()] == [path]
    encrypt(path, sealed, keys=[program()])
    with pytest.raises((MissingKeyError, WrongKeyError)) as opening:
        verify(sealed, keys=[program(how=how)])
    assert "\x1b" not in str(opening.value)
    assert "AAAA" not in str(opening.value)
    capfd.readouterr()


@pytest.mark.parametrize("how", ["plain", "large"])
def test_a_program_that_wraps_badly(how):
    """A key in clear and a blob that no slot holds are refused before anything is sealed."""
    with pytest.raises(InputError, match=r"in clear|4094 bytes"):
        seal_bytes(CONTENT, [program(how=how)])


@pytest.mark.parametrize("how", ["slow", "lingers"])
def test_a_program_that_does_not_end(how):
    """Is killed after the time limit, also if it has answered."""
    start = time.monotonic()
    with pytest.raises(InputError, match="no answer within 1 seconds"):
        seal_bytes(CONTENT, [program(how=how, time_limit=1)])
    assert time.monotonic() - start < 20


def test_a_child_that_keeps_the_output_open():
    """Does not delay the answer."""
    start = time.monotonic()
    data = seal_bytes(CONTENT, [program(how="child")])
    assert open_bytes(data, [program()])[1] == CONTENT
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("command", [["/nonexistent/program"], [str(PROGRAM.parent)], ["a\0b"]])
def test_a_program_that_cannot_be_started(command):
    """Is an error of the call."""
    with pytest.raises(InputError, match="failed: "):
        seal_bytes(CONTENT, [WrapCommand(command)])


@pytest.mark.parametrize("command", [[], [""]])
def test_an_empty_command(command):
    """Is refused at once."""
    with pytest.raises(InputError, match="is empty"):
        WrapCommand(command)


def test_no_shell(tmp_path):
    """Words of a command reach the program as they are."""
    name = f"$(touch {tmp_path}/made); `touch {tmp_path}/made` * ~ é"
    data = seal_bytes(CONTENT, [program(name)])
    assert open_bytes(data, [program(name)])[1] == CONTENT
    assert not (tmp_path / "made").exists()


def test_a_slot_of_one_file_opens_no_other():
    """The context is another one, and so are the derived keys."""
    one, two = (new_envelope([program()], compact=True) for _ in range(2))
    mixed = two.with_slots(one.header.slots)
    with pytest.raises((MissingKeyError, WrongKeyError)):
        open_bytes(mixed.to_bytes(), [program()])


def test_files_run_nothing(sealed, tmp_path):
    """A hostile key name is only text for the caller's own program."""
    ring = Keyring.generate()
    evil = f"sh -c 'touch {tmp_path}/made'"
    rewrap(sealed, keys=[program()], add=[program(evil), ring], remove=[1])
    assert names(sealed)[0] == for_key(evil)
    verify(sealed, keys=[ring])
    with pytest.raises(MissingKeyError):
        verify(sealed, keys=[program()])
    with pytest.raises(WrongKeyError, match="of a wrap command"):
        verify(sealed, keys=[Identity.generate()])
    assert not (tmp_path / "made").exists()


def test_rewrap_adds_moves_and_removes(sealed):
    """A key that exists is wrapped again; another one is added; the last one stays."""
    before = read_slots(sealed)
    assert rewrap(sealed, keys=[program()], replace=[program()])
    assert names(sealed) == [for_key("key one")]
    assert read_slots(sealed) != before
    rewrap(sealed, keys=[program()], add=[program("two")])
    assert names(sealed) == [for_key("key one"), for_key("two")]
    # The same program with a new key replaces the old one only where that is clear.
    rewrap(sealed, keys=[program()], replace=[program("three")])
    assert names(sealed) == [for_key("three"), for_key("two")]
    rewrap(sealed, keys=[program("two")], add=[program("two")])
    assert names(sealed) == [for_key("three"), for_key("two")]
    rewrap(sealed, keys=[program("two")], remove_program_keys=["three", "unknown"])
    assert names(sealed) == [for_key("two")]
    with pytest.raises(InputError, match="at least one key"):
        rewrap(sealed, keys=[program("two")], remove_program_keys=["two"])
    verify(sealed, keys=[program("two")])


def test_reencrypt_wraps_once_for_each_key(sealed):
    """A slot of another key is not dropped in silence."""
    before = inspect(sealed).file_id
    reencrypt(sealed, keys=[program()])
    assert inspect(sealed).file_id != before
    rewrap(sealed, keys=[program()], add=[program("two")])
    with pytest.raises(InputError, match="slot 2 belongs to a key that is not available"):
        reencrypt(sealed, keys=[program()])
    reencrypt(sealed, keys=[program()], drop=True)
    assert names(sealed) == [for_key("key one")]
    reencrypt(sealed, keys=[program()])
    verify(sealed, keys=[program()])


class Everything(WrapCommand):
    """A program that unwraps the keys of all names, as a key server with aliases does."""

    def candidates(self, slot, budget):
        """Return what the program of that name returns."""
        if slot.kind != 4:
            return ()
        return program(slot.program_key).candidates(slot, budget)


def test_one_program_with_two_keys(sealed):
    """Neither of its slots is lost to the one key that it wraps with."""
    rewrap(sealed, keys=[program()], add=[program("two")])
    both = Everything([sys.executable, "-IS", str(PROGRAM), "three", "", ""])
    with pytest.raises(InputError, match="slot 2 belongs"):
        reencrypt(sealed, keys=[both])
    assert not rewrap(sealed, keys=[both], replace=[both])
    assert names(sealed) == [for_key("key one"), for_key("two")]


def test_programs_beside_other_keys(tmp_path):
    """A program that fails does not hide a key that opens the file."""
    ring, alice = Keyring.generate(), Identity.generate()
    data = seal_bytes(CONTENT, [program(), ring, alice.recipient])
    for key in (ring, alice, program()):
        assert open_bytes(data, [key])[1] == CONTENT
    assert open_bytes(data, [program(how="error"), alice])[1] == CONTENT


def test_at_most_four_programs():
    """A hostile header costs at most four calls for each copy."""
    keys = [program(str(number)) for number in range(5)]
    assert open_bytes(seal_bytes(CONTENT, keys[:4]), keys[3:])[1] == CONTENT
    with pytest.raises(InputError, match="more than 4 slots of wrap commands"):
        seal_bytes(CONTENT, keys)
    with pytest.raises(InputError, match="two slots for the same key"):
        seal_bytes(CONTENT, [program(), program()])


@pytest.mark.parametrize(
    ("material", "name"),
    [
        (b"", ""),
        (b"\0", ""),
        (b"\0\0blob", ""),
        (b"\0\3key", "key"),
        (b"\0\7key", "key"),
        (b"\xff\xffkey", "key"),
        (b"\0\2\xff\xfeblob", "key"),
        (program_material("a\nb", b"blob"), "a\nb"),
        (program_material("\u202eevil", b"blob"), "\u202eevil"),
        (program_material("k" * (MAX_PROGRAM_KEY + 1), b"blob"), "k" * (MAX_PROGRAM_KEY + 1)),
        (program_material("key", b"blob"), "another"),
    ],
)
def test_hostile_material(material, name):
    """Is refused as a damaged header, before any program runs."""
    ring = Keyring.generate()
    envelope = new_envelope([ring], compact=True)
    slot = Slot(4, 0, 0, 0, program_key_id(name), material, bytes(24))
    data = envelope.with_slots([*envelope.header.slots, slot]).to_bytes()
    with pytest.raises(VaultError, match="damaged or malicious"):
        open_bytes(data, [ring, WrapCommand(["/nonexistent"])])


def test_every_byte_of_a_program_slot_counts():
    """A flipped bit anywhere in the header is never accepted."""
    data = seal_bytes(CONTENT, [program()])
    envelope, _ = open_bytes(data, [program()])

    class Known(WrapCommand):
        """A program whose answer is known, so that the test starts none."""

        def candidates(self, slot, budget):
            """Return what our program would answer."""
            if slot.kind != 4:
                return ()
            context = f"cotool.vault/2:{budget.file_id.hex()}"
            try:
                return (wrap_program.unwrap("key one", slot.program_blob, context),)
            except ValueError:
                raise MissingKeyError("refused") from None

    known = Known(["true"])
    assert open_bytes(data, [known])[1] == CONTENT
    for place in range(envelope.header.size):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        with pytest.raises(VaultError):
            open_bytes(bytes(changed), [known])


def test_programs_have_keys_for_files_only():
    """Not for signatures."""
    with pytest.raises(InputError, match="for files only"):
        program().new_slot()


def test_damaged_content_is_found(sealed):
    """The content is authenticated as with any other key."""
    data = bytearray(sealed.read_bytes())
    data[-1] ^= 1
    sealed.write_bytes(data)
    with pytest.raises(IntegrityError):
        verify(sealed, keys=[program()])
