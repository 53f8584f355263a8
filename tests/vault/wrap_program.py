"""A program that wraps keys as docs/vault.md says: under a key that is a name.

    python wrap_program.py NAME [HOW] [LOG]

HOW makes it misbehave. Each call adds its operation and context to the file LOG.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def wrap(name: str, key: bytes, context: str) -> bytes:
    """Return a key masked and authenticated under the name and the context."""
    salt = os.urandom(16)
    mask, tag_key = _derived(name, salt, context)
    masked = bytes(a ^ b for a, b in zip(key, mask, strict=True))
    return salt + masked + hmac.digest(tag_key, masked, "sha256")


def unwrap(name: str, blob: bytes, context: str) -> bytes:
    """Return the key again. Raises ValueError."""
    salt, masked, tag = blob[:16], blob[16:48], blob[48:]
    mask, tag_key = _derived(name, salt, context)
    if not hmac.compare_digest(hmac.digest(tag_key, masked, "sha256"), tag):
        raise ValueError("changed, or for another key or file")
    return bytes(a ^ b for a, b in zip(masked, mask, strict=True))


def _derived(name: str, salt: bytes, context: str) -> tuple[bytes, bytes]:
    both = hmac.digest(name.encode(), salt + context.encode(), "sha512")
    return both[:32], both[32:]


def answer(name: str, request: dict) -> dict:
    """Return the answer to a request."""
    if request["operation"] == "wrap":
        blob = wrap(name, base64.b64decode(request["key"]), request["context"])
        return {"version": 1, "key_id": name, "wrapped": base64.b64encode(blob).decode()}
    if request["key_id"] != name:
        return {"version": 1, "error": f"this is {name}"}
    key = unwrap(name, base64.b64decode(request["wrapped"]), request["context"])
    return {"version": 1, "key": base64.b64encode(key).decode()}


MISBEHAVIOURS = {
    "silent": lambda _: "",
    "newline": lambda _: "\n",
    "text": lambda _: "wrapped!\n",
    "list": lambda good: f"[{json.dumps(good)}]\n",
    "number": lambda _: "1\n",
    "deep": lambda _: "[" * 60_000 + "\n",
    "true": lambda good: json.dumps({**good, "version": True}) + "\n",
    "future": lambda good: json.dumps({**good, "version": 2}) + "\n",
    "unversioned": lambda good: json.dumps({k: v for k, v in good.items() if k != "version"}),
    "twice": lambda good: 2 * (json.dumps(good) + "\n"),
    "pretty": lambda good: json.dumps(good, indent=1),
    "repeated": lambda good: json.dumps(good)[:-1] + ', "version": 1}\n',
    "long": lambda good: json.dumps({**good, "pad": "x" * (65 << 10)}) + "\n",
    "latin": lambda _: '{"version": 1, "error": "\udce9"}\n',
    "empty": lambda good: json.dumps({**good, "key": "", "wrapped": "", "key_id": ""}) + "\n",
    "short": lambda good: json.dumps({**good, "key": "AAAA", "key_id": "\x1b[2J"}) + "\n",
    "not base64": lambda good: json.dumps({**good, "key": "é", "wrapped": "A=A"}) + "\n",
    "numbers": lambda good: json.dumps({**good, "key": 1, "wrapped": 1, "key_id": 1}) + "\n",
    "error": lambda _: '{"version": 1, "error": "denied\\nby \\u001b[2J policy"}\n',
    "other key": lambda good: json.dumps({**good, "key": base64.b64encode(bytes(32)).decode()}),
}


def main() -> None:
    """Answer one request."""
    name, how, log = [*sys.argv[1:], "", ""][:3]
    if how == "deaf":
        sys.stdin.close()
        sys.exit(7)
    request = json.loads(sys.stdin.readline())
    if log:
        with Path(log).open("a") as file:
            file.write(f"{request['operation']} {request['context']}\n")
    good = answer(name, request)
    if how == "plain" and request["operation"] == "wrap":
        good["wrapped"] = base64.b64encode(b"x" + base64.b64decode(request["key"])).decode()
    if how == "large":
        good["wrapped"] = base64.b64encode(bytes(4096)).decode()
    if how == "code":
        print(json.dumps(good))
        sys.exit(3)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "slow":
        time.sleep(60)
    if how == "endless":
        while True:
            sys.stdout.write("x" * 4096)
    if how == "child":
        # Its child keeps the output open.
        subprocess.Popen(["sleep", "60"])
    if how == "lingers":
        print(json.dumps(good), flush=True)
        time.sleep(60)
    text = MISBEHAVIOURS.get(how, lambda good: json.dumps(good) + "\n")(good)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main()
