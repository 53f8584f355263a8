"""Password hashes: Argon2id in PHC strings, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from cotool._records import dataclass
from cotool._typing import TYPE_CHECKING
from cotool.engine import map_ordered, resolve_num_threads
from cotool.errors import CostRefusedError
from cotool.vault.keys import DEFAULT_PROFILE, PROFILES, Argon2Cost, argon2id_failed, check_cost

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# What Argon2 says if the machine is at fault, not the hash.
_MACHINE_ERRORS = {"Memory allocation error", "Threading failure"}


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password is right; `needs_rehash` if its hash has another cost than requested.

    `reason` says why a hash could not be checked.
    """

    ok: bool
    needs_rehash: bool = False
    reason: str | None = None


def hash_passwords(
    passwords: Iterable[str | bytes],
    *,
    cost: Argon2Cost | None = None,
    num_threads: int | None = None,
) -> Iterator[str]:
    """Yield a PHC string ($argon2id$…) with a fresh salt for each password, in order."""
    cost = cost or PROFILES[DEFAULT_PROFILE]
    hash_one = partial(_hash, _hasher(cost), cost)
    return map_ordered(hash_one, passwords, resolve_num_threads(num_threads))


def verify_passwords(
    pairs: Iterable[tuple[str, str | bytes]],
    *,
    cost: Argon2Cost | None = None,
    allow_any_cost: bool = False,
    num_threads: int | None = None,
) -> Iterator[PasswordCheck]:
    """Yield whether each (hash, password) matches, in order, with comparisons in constant time.

    A hash that is malformed, or needs more memory than is allowed or free, is not checked:
    `reason` says why.
    """
    check = partial(_verify, _hasher(cost or PROFILES[DEFAULT_PROFILE]), allow_any_cost)
    return map_ordered(check, pairs, resolve_num_threads(num_threads))


def _hasher(cost: Argon2Cost) -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(
        time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes, hash_len=32
    )


def _hash(hasher: PasswordHasher, cost: Argon2Cost, password: str | bytes) -> str:
    from argon2.exceptions import HashingError

    try:
        return hasher.hash(password)
    except HashingError as error:
        raise argon2id_failed(cost, error) from None


def _verify(
    hasher: PasswordHasher,
    allow_any_cost: bool,  # noqa: FBT001 - bound by partial
    pair: tuple[str, str | bytes],
) -> PasswordCheck:
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

    phc, password = pair
    try:
        found = extract_parameters(phc)
        wanted = Argon2Cost(found.time_cost, found.memory_cost, found.parallelism)
        if not allow_any_cost:
            check_cost(wanted)
        hasher.verify(phc, password)
    except VerifyMismatchError:
        return PasswordCheck(ok=False)
    except CostRefusedError as error:
        return PasswordCheck(ok=False, reason=str(error))
    except (InvalidHashError, VerificationError, ValueError) as error:
        if str(error) in _MACHINE_ERRORS:
            return PasswordCheck(ok=False, reason=str(argon2id_failed(wanted, error)))
        return PasswordCheck(ok=False, reason="not a valid Argon2 hash")
    return PasswordCheck(ok=True, needs_rehash=hasher.check_needs_rehash(phc))


def parse_pair(line: bytes) -> tuple[str, bytes]:
    """Return the hash and the password of a line, which are separated by one tab or space.

    A line without a hash gives one that is not valid.
    """
    for divider in (b"\t", b" "):
        phc, found, password = line.partition(divider)
        if found and phc.startswith(b"$argon2"):
            return phc.decode("ascii", "replace"), password
    return "", line
