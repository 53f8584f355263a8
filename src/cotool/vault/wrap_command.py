"""Keys that another program wraps and unwraps: in a cloud, a key server, a hardware token.

For each file, the program gets one line of JSON on standard input and answers with one line.
FORMAT.md has the protocol. A file contains no command: only the caller says which program runs.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Sequence

from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError, MissingKeyError
from cotool.text import visible, visible_name
from cotool.vault.keys import KEY_SIZE, Budget, wrap_salt
from cotool.vault.slots import (
    MAX_MATERIAL,
    MAX_PROGRAM_KEY,
    PROGRAM_SLOT,
    Slot,
    is_program_key,
    program_key_id,
    program_material,
)

if TYPE_CHECKING:
    from cotool.vault.header import Header

VERSION = 1
TIME_LIMIT = 120.0  # seconds for one answer: a person may have to touch a token
ANSWER_LIMIT = 64 << 10  # bytes
_CONTEXT = "cotool.vault/2:"
_MOST_SECRETS = 4096  # that one object keeps, so that a file needs one call
_PIECE = 1 << 16
_MOST_SHOWN = 500  # characters of a program's own error


class WrapCommand:
    """A key that another program wraps and unwraps.

    Args:
        command: the program and its arguments. It is started without a shell, with the environment
            of this process and its standard error, once per file, several at the same time.
        time_limit: seconds after which it is killed.

    Raises InputError for an empty command.

    """

    def __init__(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> None:
        if not command or not command[0]:
            raise InputError("the wrap command is empty")
        self._command = [*command]
        self._time_limit = time_limit
        self._secrets: dict[tuple[bytes, bytes], bytes] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"WrapCommand({self._command[0]!r}, …)"

    def new_slot(self, header: Header | None = None) -> tuple[Slot, bytes]:
        """Return an unwrapped slot for the file of a header, and the key to wrap with.

        Raises InputError if the program fails.
        """
        if header is None:
            raise InputError("a wrap command has keys for files only")
        secret = os.urandom(KEY_SIZE)
        try:
            answer = self._ask("wrap", header.file_id, key=_coded(secret))
            key, material = _wrapped(answer, secret)
        except _ProgramError as error:
            raise InputError(f"the wrap command {self._name} failed: {error}") from None
        self._keep((header.file_id, material), secret)
        head = PROGRAM_SLOT, 0, 0, 0, program_key_id(key)
        return Slot(*head, material, wrap_salt()), secret

    def candidates(self, slot: Slot, budget: Budget) -> tuple[bytes, ...]:
        """Return the key for a slot, or nothing if the slot is of another kind.

        Raises MissingKeyError if the program fails.
        """
        if slot.kind != PROGRAM_SLOT:
            return ()
        place = budget.file_id, slot.material
        secret = self._secrets.get(place)
        if secret is None:
            wrapped = {"key_id": slot.program_key, "wrapped": _coded(slot.program_blob)}
            try:
                secret = _unwrapped(self._ask("unwrap", budget.file_id, **wrapped))
            except _ProgramError as error:
                raise MissingKeyError(
                    f"the wrap command {self._name} did not unwrap the key "
                    f"{visible(slot.program_key)}: {error}",
                    hint="cotool vault inspect FILE shows which keys open it",
                ) from None
            self._keep(place, secret)
        return (secret,)

    @property
    def _name(self) -> str:
        return visible(self._command[0])

    def _keep(self, place: tuple[bytes, bytes], secret: bytes) -> None:
        with self._lock:
            if len(self._secrets) >= _MOST_SECRETS:
                self._secrets.clear()
            self._secrets[place] = secret

    def _ask(self, operation: str, file_id: bytes, **fields: str) -> dict[str, Any]:
        """Return the answer to a request. Raises _ProgramError."""
        request = {
            "version": VERSION,
            "operation": operation,
            "context": _CONTEXT + file_id.hex(),
            **fields,
        }
        line = json.dumps(request).encode() + b"\n"
        return _parse(_run(self._command, line, self._time_limit))


class _ProgramError(Exception):
    """What went wrong with a program, in words; it never contains a key."""


def _wrapped(answer: dict[str, Any], secret: bytes) -> tuple[str, bytes]:
    """Return what a program calls its key, and the material of the slot. Raises _ProgramError."""
    key, blob = _text_of(answer, "key_id"), _bytes_of(answer, "wrapped")
    if not is_program_key(key):
        raise _ProgramError(f"its key_id is not 1 to {MAX_PROGRAM_KEY} bytes of printable text")
    material = program_material(key, blob)
    if not blob or len(material) > MAX_MATERIAL:
        raise _ProgramError(f"wrapped is empty, or with key_id over {MAX_MATERIAL - 2} bytes")
    if any(form in blob for form in (secret, secret.hex().encode(), _coded(secret).encode())):
        raise _ProgramError("what it returned contains the key in clear")
    return key, material


def _unwrapped(answer: dict[str, Any]) -> bytes:
    """Return the key in an answer. Raises _ProgramError."""
    secret = _bytes_of(answer, "key")
    if len(secret) != KEY_SIZE:
        raise _ProgramError(f"its key has {len(secret)} bytes, not {KEY_SIZE}")
    return secret


def _run(command: Sequence[str], line: bytes, time_limit: float) -> bytes:
    """Return the output of a program for one line of input. Raises _ProgramError."""
    end = time.monotonic() + time_limit
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
    except (OSError, ValueError) as error:
        raise _ProgramError(error.strerror if isinstance(error, OSError) else str(error)) from None
    try:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):  # its exit code says why it ended
            process.stdin.write(line)  # at most 6 KiB, which any pipe holds
        process.stdin.close()
        output = _read(process.stdout.fileno(), end)
        code = process.wait(max(0.0, end - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise _ProgramError(f"no answer within {time_limit:g} seconds") from None
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()
    if code:
        raise _ProgramError(f"signal {-code}" if code < 0 else f"exit code {code}")
    return output


def _read(handle: int, end: float) -> bytes:
    """Return what a program writes. Raises TimeoutError, _ProgramError."""
    data = bytearray()
    poll = select.poll()
    poll.register(handle, select.POLLIN | select.POLLHUP)
    while True:
        # Another process may hold the pipe open, so a whole line is enough after a moment.
        left = 0.05 if data.endswith(b"\n") else end - time.monotonic()
        if not poll.poll(max(0.0, left) * 1000):
            if data.endswith(b"\n"):
                return bytes(data)
            raise TimeoutError
        piece = os.read(handle, _PIECE)
        data += piece
        if len(data) > ANSWER_LIMIT:
            raise _ProgramError(f"its answer has more than {ANSWER_LIMIT >> 10} KiB")
        if not piece:
            return bytes(data)


def _parse(output: bytes) -> dict[str, Any]:
    """Return the answer in a program's output. Raises _ProgramError, which shows none of it."""
    if len(output.split(b"\n")) != 1 + output.endswith(b"\n") or not output.strip():
        raise _ProgramError("its answer is not one line")
    try:
        answer: Any = json.loads(output, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _ProgramError("its answer is not JSON in UTF-8") from None
    if not isinstance(answer, dict) or repr(answer.get("version")) != str(VERSION):
        raise _ProgramError(f"its answer is not a JSON object with version {VERSION}")
    if "error" in answer:
        raise _ProgramError(visible_name(str(answer["error"])[:_MOST_SHOWN]))
    return answer


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _text_of(answer: dict[str, Any], name: str) -> str:
    text = answer.get(name)
    if not isinstance(text, str):
        raise _ProgramError(f"its answer has no text {name}")
    return text


def _bytes_of(answer: dict[str, Any], name: str) -> bytes:
    with contextlib.suppress(ValueError):
        return base64.b64decode(_text_of(answer, name), validate=True)
    raise _ProgramError(f"{name} in its answer is not base64")


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()
