"""Keys that cost nothing, and files sealed with them."""

from __future__ import annotations

import pytest

from cotool.vault import Argon2Cost, Keyring, Passphrase
from cotool.vault.keys import Budget
from cotool.vault.slots import PASSPHRASE_SLOT

CHEAP = Argon2Cost(passes=1, memory=8, lanes=1)


class Keys:
    """A keyring and a passphrase."""

    def __init__(self):
        self.ring = Keyring.generate()
        self.phrase = Passphrase("correct horse", cost=CHEAP)

    def secrets(self, slots):
        """Return the keys of slots as the oracle wants them."""
        found = {}
        for slot in slots:
            if slot.kind == PASSPHRASE_SLOT:
                found[2, slot.material] = self.phrase.candidates(slot, Budget(1))[0]
            else:
                found[1, slot.key_id, slot.number] = self.ring.candidates(slot, Budget(1))[0]
        return found


@pytest.fixture
def keys():
    """Give a fresh keyring and a cheap passphrase."""
    return Keys()


@pytest.fixture
def cheap():
    """Give the cheapest cost of Argon2id."""
    return CHEAP
