"""Vault files on a cluster: the workers' own keys, and no secret on the way."""

from __future__ import annotations

import pytest

from cotool.cli.app import main
from cotool.cli.vault.cluster_run import vault_task
from cotool.cli.vault.file_options import BatchFlags
from cotool.vault.requests import KeyRequest
from engine.conftest import Cluster

pytest.importorskip("distributed", reason="clusters need Dask")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A folder with a key file and its keyring, and two workers that find them by themselves."""
    folder = tmp_path_factory.mktemp("keyed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COTOOL_KEYRING", str(folder / "keyring.vault"))
        patch.setenv("COTOOL_KEY_FILE", str(folder / "unlock.key"))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        assert main(["vault", "keys", "init", "--key-file", str(folder / "unlock.key")]) == 0
        cluster = Cluster(folder)
        cluster.add_worker()
        cluster.add_worker()
        yield folder, cluster.address
    cluster.close()


@pytest.fixture
def no_keys_here(monkeypatch):
    """This process knows of no key."""
    monkeypatch.delenv("COTOOL_KEYRING", raising=False)
    monkeypatch.delenv("COTOOL_KEY_FILE", raising=False)
    monkeypatch.setenv("COTOOL_HOME", "/nonexistent")


def files(folder, count):
    folder.mkdir()
    for n in range(count):
        (folder / f"{n}.txt").write_text(f"text {n} " * n)
    return folder


def test_files_are_sealed_and_opened_by_workers(keyed, tmp_path, no_keys_here, capsys):
    """Encrypted, verified and decrypted on a cluster by keys that only its workers have."""
    plain = files(tmp_path / "plain", 12)
    there = ["--scheduler", keyed[1]]
    assert main(["vault", "encrypt", "-r", str(plain), *there]) == 0
    assert "encrypted: 12 files" in capsys.readouterr().err
    vaults = sorted(map(str, plain.glob("*.vault")))
    assert len(vaults) == 12
    assert main(["vault", "verify", *vaults, *there]) == 0
    opened = tmp_path / "opened"
    opened.mkdir()
    assert main(["vault", "decrypt", *vaults, "-o", str(opened), *there]) == 0
    assert {p.name: p.read_text() for p in opened.iterdir()} == {
        p.name: p.read_text() for p in plain.glob("*.txt")
    }


def test_files_for_people(keyed, tmp_path, no_keys_here, capsys):
    """Public keys travel; the identity is at a path that the workers share."""
    plain, mine = files(tmp_path / "plain", 5), str(tmp_path / "mine")
    there = ["--scheduler", keyed[1]]
    assert main(["vault", "identity", "init", mine, "--unprotected"]) == 0
    capsys.readouterr()
    assert main(["vault", "identity", "show", mine]) == 0
    recipient = capsys.readouterr().out.strip()
    assert main(["vault", "encrypt", "-r", str(plain), "-R", recipient, *there]) == 0
    vaults = sorted(map(str, plain.glob("*.vault")))
    assert len(vaults) == 5
    assert main(["vault", "verify", *vaults, *there]) == 3  # the workers' keyring is not for them
    assert main(["vault", "verify", *vaults, "--identity", mine, *there]) == 0
    assert main(["vault", "inspect", vaults[0]]) == 0
    shown = capsys.readouterr().out
    assert "slot 1      identity" in shown
    assert "slot 2" not in shown


def test_a_damaged_file_is_told_and_the_others_are_done(keyed, tmp_path, no_keys_here, capsys):
    """Each file's failure is its own, with the exit code of one machine."""
    plain = files(tmp_path / "plain", 3)
    there = ["--scheduler", keyed[1]]
    main(["vault", "encrypt", "-r", str(plain), *there])
    damaged = plain / "2.txt.vault"
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    capsys.readouterr()
    code = main(["vault", "verify", *map(str, sorted(plain.glob("*.vault"))), *there])
    errors = capsys.readouterr().err
    assert code in {4, 6}
    assert "1 failed" in errors
    assert "2.txt.vault" in errors


@pytest.mark.parametrize(
    "options",
    [["-p"], ["--passphrase-command", "echo x"], ["--generate-passphrase"],
     ["--recipient-passphrase"]],
)  # fmt: skip
def test_a_secret_does_not_travel(keyed, tmp_path, capsys, options):
    """What would send a passphrase to workers is refused, and nothing is written."""
    file = tmp_path / "a.txt"
    file.write_text("a")
    assert main(["vault", "encrypt", str(file), *options, "--scheduler", keyed[1]]) == 2
    assert "is never sent" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [file]


def test_workers_with_different_keys_are_refused(new_cluster, tmp_path, monkeypatch, capsys):
    """Files would be sealed with a key or another: nothing is begun."""
    cluster = new_cluster()
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("COTOOL_KEYRING", str(folder / "keyring.vault"))
        monkeypatch.setenv("COTOOL_KEY_FILE", str(folder / "unlock.key"))
        main(["vault", "keys", "init", "--key-file", str(folder / "unlock.key")])
        cluster.add_worker()
    from cotool.engine.cluster import cluster_engine

    with cluster_engine(scheduler=cluster.address) as engine:
        engine._client.wait_for_workers(2, timeout=30)
    file = tmp_path / "a.txt"
    file.write_text("a")
    capsys.readouterr()
    assert main(["vault", "encrypt", str(file), "--scheduler", cluster.address]) == 2
    assert "the workers have different keys" in capsys.readouterr().err
    assert not (tmp_path / "a.txt.vault").exists()


def test_a_worker_without_a_key_is_told(steady, tmp_path, monkeypatch, capsys):
    """Nobody is asked for a passphrase before a worker's screen."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = tmp_path / "a.txt"
    file.write_text("a")
    code = main(
        ["vault", "encrypt", str(file), "--keyring", str(tmp_path / "k"), "--scheduler",
         steady.address]
    )  # fmt: skip
    assert code == 2
    assert "there is no keyring" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["COTOOL_KEYRING", "COTOOL_VAULT_KEYRING"])
def test_only_a_path_that_the_call_gives_is_sent_to_workers(monkeypatch, variable):
    """A keyring that a variable names is this machine's own, unless the option names it, too."""
    monkeypatch.setenv(variable, "team.vault")
    for chosen, sent in ((frozenset(), None), (frozenset({"keyring"}), "team.vault")):
        request = KeyRequest(keyring="team.vault", chosen=chosen)
        assert vault_task("decrypt", request, BatchFlags()).request.keyring == sent
    monkeypatch.delenv(variable)
    request = KeyRequest(keyring="team.vault")  # of config.toml
    assert vault_task("decrypt", request, BatchFlags()).request.keyring == "team.vault"
