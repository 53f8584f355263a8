"""`cotool vault sign` and `verify-signature`."""

from collections.abc import Sequence
from itertools import chain

from cotool._typing import TYPE_CHECKING, Annotated
from cotool.cli.shared.commands import App
from cotool.cli.shared.options import (
    QUIET,
    THREADS,
    argument,
    flag,
    input_file,
    option,
    option_class,
)
from cotool.cli.shared.say import say_error
from cotool.cli.vault.batch_run import say_left_out
from cotool.cli.vault.options import FORCE, PROFILE, RECURSIVE, Keys
from cotool.cli.vault.people import signers_of
from cotool.cli.vault.streams import spare_output, standard_input, write_out
from cotool.errors import InputError, IntegrityError
from cotool.text import plural, visible_name
from cotool.vault.files import STDIO, is_same_file, named
from cotool.vault.trees import Listing, Wanted, list_files

if TYPE_CHECKING:
    from cotool.vault import Identity, Keyring, Passphrase
    from cotool.vault.requests import KeyRequest

app = App()
_MANIFEST_FAILED = IntegrityError.exit_code


@option_class
class Signing:
    """The options of `sign`."""

    output: str | None = option("Output", "File for the manifest.", "--output -o FILE")
    force: bool = FORCE
    recursive: bool = RECURSIVE
    by_identity: bool = flag(
        "Keys", "Sign with your identity; everyone can check that.", "--by-identity"
    )
    profile: str | None = PROFILE
    threads: int | None = THREADS


@option_class
class SignatureCheck:
    """The options of `verify-signature`."""

    strict: bool = flag(
        "Run", "Also fail if other files are in the folders of the manifest.", "--strict"
    )
    signer: list[str] | None = option(
        "Keys",
        "Whose signature to accept: a key as `identity show` or `identity show --signer` "
        "prints it. Repeatable.",
        "--signer KEY",
    )
    signers_file: str | None = input_file(
        "Keys", "Accept a signature of anyone in a recipients file.", "--signers-file FILE"
    )
    threads: int | None = THREADS
    quiet: bool = QUIET


@app.command("sign", epilog="Example:  cotool vault sign -r release/ -o release.hmac")
def sign(
    files: Annotated[list[str], argument("FILES...", "Files, folders (-r).")],
    *,
    flags: Signing,
    keys: Keys,
) -> None:
    """Write a manifest of files with their HMAC-SHA256, in the format of sha256sum.

    An HMAC is a checksum that nobody can compute without the key. With --identity or --by-identity,
    the manifest has plain SHA-256 and your signature, which everyone can check with your public key
    (--signer of verify-signature). Symbolic links in folders are followed if they stay in the
    folder; others are left out, with a warning.
    """
    from cotool import vault
    from cotool.vault.manifest import manifest_bytes

    output = flags.output
    listing = _signed_files(files, output, recursive=flags.recursive)
    spare_output(output, keys, force=flags.force, text=True)
    say_left_out(listing, quiet=False)
    key: Keyring | Passphrase | Identity
    if flags.by_identity or keys.chooses_identity:
        key = keys.read_identity()
    else:
        profile = flags.profile
        key = _secret_key(keys, by_keyring=keys.has_keyring, profile=profile, confirm=True)
    paths = [found.path for found in listing.files]
    text = vault.sign(paths, key=key, num_threads=flags.threads)
    write_out(manifest_bytes(text), output, force=flags.force)


def _signed_files(files: Sequence[str], output: str | None, *, recursive: bool) -> Listing:
    """Return the files to sign: all but the manifest itself, also an old one."""
    if STDIO in files:
        raise InputError(f"{STDIO}: is not a file")
    wanted = Wanted(vaults=False, recursive=recursive, symlinks="inside", everything=True)
    listing = list_files(files, wanted)
    if listing.failed:
        raise listing.failed[0]
    place = 1 if output in {None, STDIO} else output
    listing.files = [
        found
        for found in listing.files
        if not (found.in_folder and is_same_file(found.path, place))
    ]
    if not listing.files:
        raise InputError("no files were found")
    return listing


@app.command("verify-signature", epilog="Example:  cotool vault verify-signature release.hmac")
def verify_signature(
    manifest: Annotated[str, argument("MANIFEST", "A manifest written by `sign`.")],
    *,
    flags: SignatureCheck,
    keys: Keys,
) -> int:
    """Check the files of a manifest. Run it in the folder where the manifest was made."""
    from cotool import vault
    from cotool.vault.manifest import extra_files, manifest_text, read_manifest

    signers = signers_of(flags.signer, flags.signers_file)
    if manifest == STDIO:
        keys.read_before_content()
        text = manifest_text(standard_input(), "standard input")
    else:
        text = read_manifest(manifest)
    with named(manifest):
        key = signers or _key_of(text, keys)
    failed = total = 0
    with named(manifest):
        checks = vault.verify_signatures(text, key=key, num_threads=flags.threads)
        if flags.strict:
            checks = chain(checks, extra_files(text, None if manifest == STDIO else manifest))
    words = {
        "ok": "OK",
        "changed": "FAILED",
        "unreadable": "FAILED open or read",
        "extra": "FAILED not in the manifest",
    }
    for found in checks:
        total += 1
        failed += found.state != "ok"
        if found.state != "ok" or not flags.quiet:
            reason = f" ({found.reason})" if found.reason else ""
            print(f"{visible_name(found.path)}: {words[found.state]}{reason}")
    if failed:
        say_error(f"{failed} of {plural(total, 'file')} failed")
    return _MANIFEST_FAILED if failed else 0


def _key_of(text: str, request: "KeyRequest") -> "Keyring | Passphrase":
    """Return the secret key that verifies a manifest of HMACs."""
    from cotool.vault.manifest import parse_manifest

    found = parse_manifest(text)
    if found.version == 2:
        raise InputError(
            f"signed by {found.title}",
            hint="if you trust this signer, name it with --signer, or give --signers-file",
        )
    by_keyring = found.title.startswith("keyring ")
    return _secret_key(request, by_keyring=by_keyring, profile=None, confirm=False)


def _secret_key(
    request: "KeyRequest", *, by_keyring: bool, profile: str | None, confirm: bool
) -> "Keyring | Passphrase":
    if by_keyring:
        return request.read_keyring()
    secret = request.secret.read("the signature", confirm=confirm)
    return request.new_passphrase(secret, profile=profile)
