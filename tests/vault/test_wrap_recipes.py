"""The recipes of docs/wrap-command.md, with the services that they can be tried with here."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import wrap_program

from cotool.errors import MissingKeyError, VaultError
from cotool.vault import Keyring, WrapCommand
from cotool.vault.envelope import new_envelope
from cotool.vault.in_memory import open_bytes, seal_bytes
from cotool.vault.slots import program_key_id, program_material

PAGE = (Path(__file__).parents[2] / "docs" / "wrap-command.md").read_text(encoding="utf-8")
SCRIPTS = {
    re.search(r"# (cotool-[a-z-]+)", script)[1]: script
    for script in re.findall(r"```sh\n(#!/bin/sh\n.*?)```", PAGE, re.DOTALL)
}
CONTENT = b"attack at dawn"


@pytest.fixture
def recipe(tmp_path):
    """Return the path of a recipe as an executable file; skip without the programs it needs."""

    def install(name, *programs):
        for program in ("jq", "base64", *programs):
            if shutil.which(program) is None:
                pytest.skip(f"the recipe needs {program}")
        path = tmp_path / name
        path.write_text(SCRIPTS[name])
        path.chmod(0o700)
        return str(path)

    return install


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Put a Python script into the PATH as the command of a service."""

    def install(name, body):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        start = f"#!{sys.executable}\nimport sys\nsys.path.append({str(Path(__file__).parent)!r})\n"
        path.write_text(start + body)
        path.chmod(0o700)
        monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")

    return install


def check(key, other, name):
    """Check that a wrap command opens its own files, and neither another key's nor another's."""
    data = seal_bytes(CONTENT, [key])
    envelope, content = open_bytes(data, [key])
    assert content == CONTENT
    assert open_bytes(data, [WrapCommand(key._command)])[1] == CONTENT
    assert envelope.header.slots[0].program_key == name
    with pytest.raises(MissingKeyError):
        open_bytes(data, [other])
    # The same blob in another file has another context.
    ring = Keyring.generate()
    foreign = new_envelope([ring], compact=True)
    moved = foreign.with_slots(envelope.header.slots).to_bytes()
    with pytest.raises(MissingKeyError):
        open_bytes(moved, [WrapCommand(key._command)])
    # A hostile name of the key is not a word of any command.
    evil = "--profile=evil; touch made"
    slot = envelope.header.slots[0]
    changed = slot._replace(
        key_id=program_key_id(evil), material=program_material(evil, slot.program_blob)
    )
    with pytest.raises(VaultError):
        open_bytes(envelope.with_slots([changed]).to_bytes(), [WrapCommand(key._command)])


def test_all_recipes_are_tried():
    """Each script of the page has a test in this file."""
    assert {*SCRIPTS} == {"cotool-kms", "cotool-transit", "cotool-gcp-kms", "cotool-age"}


def test_aws_kms(recipe, monkeypatch):
    """With the KMS of moto, which keeps keys, aliases and contexts as the service does."""
    server = pytest.importorskip("moto.server", reason="needs moto")
    boto3 = pytest.importorskip("boto3", reason="needs boto3")
    script = recipe("cotool-kms", "aws")
    running = server.ThreadedMotoServer(port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_PAGER": "",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        kms = boto3.client("kms")
        made = kms.create_key()["KeyMetadata"]
        kms.create_alias(AliasName="alias/backups", TargetKeyId=made["KeyId"])
        other = kms.create_key()["KeyMetadata"]["Arn"]
        check(
            WrapCommand([script, "alias/backups"]), WrapCommand([script, "alias/none"]), made["Arn"]
        )
        assert other != made["Arn"]
    finally:
        running.stop()


TRANSIT = """
import base64, json, wrap_program
request = json.load(sys.stdin)
verb, name = sys.argv[3].split("/")[1:]
assert sys.argv[1:3] == ["write", "-format=json"] and sys.argv[4:] == ["-"]
context = base64.b64decode(request["associated_data"]).decode()
if verb == "encrypt":
    blob = wrap_program.wrap(name, base64.b64decode(request["plaintext"]), context)
    data = {"ciphertext": "vault:v1:" + base64.b64encode(blob).decode()}
else:
    blob = base64.b64decode(request["ciphertext"].removeprefix("vault:v1:"))
    data = {"plaintext": base64.b64encode(wrap_program.unwrap(name, blob, context)).decode()}
print(json.dumps({"data": data}, indent=2))
"""


def test_transit(recipe, stand_in):
    """With a stand-in for the command `vault`."""
    stand_in("vault", TRANSIT)
    script = recipe("cotool-transit")
    check(WrapCommand([script, "one"]), WrapCommand([script, "two"]), "transit/one")


GCLOUD = """
import wrap_program
from pathlib import Path
service, verb, *words = sys.argv[1:]
given = dict(word.removeprefix("--").split("=", 1) for word in words)
context = Path(given["additional-authenticated-data-file"]).read_text().strip()
assert given["plaintext-file"] == given["ciphertext-file"] == "-" and service == "kms"
work = {"encrypt": wrap_program.wrap, "decrypt": wrap_program.unwrap}[verb]
sys.stdout.buffer.write(work(given["key"], sys.stdin.buffer.read(), context))
"""


def test_gcp_kms(recipe, stand_in):
    """With a stand-in for the command `gcloud`."""
    stand_in("gcloud", GCLOUD)
    script = recipe("cotool-gcp-kms")
    name = "projects/p/locations/global/keyRings/r/cryptoKeys/one"
    check(WrapCommand([script, name]), WrapCommand([script, f"{name}2"]), name)


def test_age(recipe, tmp_path):
    """With age itself and the key file of an X25519 identity."""
    script = recipe("cotool-age", "age", "age-keygen", "flock")
    from subprocess import run

    keys = []
    for name in ("one", "two"):
        path = tmp_path / name
        run(["age-keygen", "-o", path], check=True, capture_output=True)
        public = re.search(r"public key: (\S+)", path.read_text())[1]
        keys.append([script, public, str(path)])
    check(WrapCommand(keys[0]), WrapCommand(keys[1]), keys[0][1])


def test_the_page_shows_the_protocol():
    """The lines of the table are requests and answers as our program gets and gives them."""
    rows = re.findall(r"^\| `(\{.*?\})` \| `(\{.*?\})` \|$", PAGE, re.MULTILINE)
    assert [json.loads(request)["operation"] for request, _ in rows] == ["wrap", "unwrap"]
    seen = []

    def ask(key):
        class Spy(WrapCommand):
            """A wrap command whose requests are kept."""

            def _ask(self, operation, file_id, **fields):
                seen.append({"version", "operation", "context", *fields})
                return super()._ask(operation, file_id, **fields)

        return Spy(key)

    command = [sys.executable, "-IS", wrap_program.__file__, "one"]
    open_bytes(seal_bytes(CONTENT, [ask(command)]), [ask(command)])
    assert seen == [{*json.loads(request)} for request, _ in rows]
