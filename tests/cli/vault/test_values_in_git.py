"""Files with sealed values in a real git repository: the recipes of docs/vault.md."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
COTOOL = f"{sys.executable} -m cotool vault values"
PLAIN = "DB_HOST=db1\nDB_USER=shop\nDB_PASSWORD='first secret'\nAPI_KEY=abc\n"


@pytest.fixture
def git(place, ring):
    """Give a new repository: a function that runs git in it."""
    shutil.rmtree(place / "repo", ignore_errors=True)
    (place / "repo").mkdir()
    variables = {
        **ENVIRONMENT,
        "COTOOL_HOME": str(place / "home"),
        "COTOOL_KEY_FILE": str(place / "key"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    for role in ("AUTHOR", "COMMITTER"):
        variables |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@example.org"}

    def run(*arguments, code=0, folder="repo", **more):
        done = subprocess.run(
            ["git", *arguments],
            cwd=place / folder, env={**variables, **more}, capture_output=True, check=False,
        )  # fmt: skip
        assert code is None or done.returncode == code, done.stderr.decode()
        return done.stdout.decode()

    run("init", "-q", "-b", "main")
    return run


def commit(git, message, *arguments):
    """Commit all files."""
    git("add", "-A")
    git("commit", "-q", "-m", message, *arguments)


def with_filter(git):
    """Configure the filter and the merge driver."""
    git("config", "filter.cotool.clean", f"{COTOOL} clean %f")
    git("config", "filter.cotool.smudge", f"{COTOOL} smudge %f")
    git("config", "filter.cotool.required", "true")
    with_drivers(git)


def with_drivers(git):
    """Configure the diff and merge drivers."""
    git("config", "diff.cotool.textconv", f"{COTOOL} textconv")
    git("config", "merge.cotool.driver", f"{COTOOL} merge %O %A %B %P")


@pytest.fixture
def sealed(git, vault, place):
    """Commit a sealed file; return its path."""
    with_drivers(git)
    file = place / "repo" / "secrets.env"
    file.write_text(PLAIN)
    (place / "repo" / ".gitattributes").write_text("*.env diff=cotool merge=cotool\n")
    assert vault("encrypt", "--values", "--in-place", file).code == 0
    commit(git, "first")
    return file


def change(vault, file, old, new):
    """Change a value of a sealed file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDITOR", f"sed -i s/{old}/{new}/")
        patch.delenv("VISUAL", raising=False)
        assert vault("edit", file).code == 0


def test_differences_are_shown_in_clear(git, vault, sealed, place):
    """`git diff` and `git log -p` show values; without the key they show what is stored."""
    change(vault, sealed, "first", "second")
    shown = git("diff")
    assert "-DB_PASSWORD='first secret'" in shown
    assert "+DB_PASSWORD='second secret'" in shown
    assert "cotool-value" not in shown
    stored = git("diff", "--no-textconv", "--numstat")
    assert stored.split()[:2] == ["2", "2"]
    commit(git, "second")
    assert "+DB_PASSWORD='second secret'" in git("log", "-p")
    without = git("log", "-p", COTOOL_HOME=str(place / "nowhere"))
    assert "second secret" not in without
    assert "+# cotool: " in without


def test_two_branches_that_change_different_values(git, vault, sealed):
    """The merge driver gives a file whose MAC fits, also for neighbouring lines."""
    git("checkout", "-q", "-b", "other")
    change(vault, sealed, "db1", "db2")
    change(vault, sealed, "abc", r"abc\\nNEW=added")
    commit(git, "other")
    git("checkout", "-q", "main")
    change(vault, sealed, "shop", "store")
    commit(git, "main")
    git("merge", "-q", "-m", "merged", "other")
    assert vault("verify", sealed).code == 0
    assert vault("cat", sealed).out == (
        "DB_HOST=db2\nDB_USER=store\nDB_PASSWORD='first secret'\nAPI_KEY=abc\nNEW=added\n"
    )


def test_two_branches_with_the_same_change(git, vault, sealed):
    """The same new value, and the same new key, on both sides are no conflict."""
    git("checkout", "-q", "-b", "other")
    change(vault, sealed, "db1", "db2")
    for branch in ("other", "main"):
        if branch == "main":
            git("checkout", "-q", branch)
        change(vault, sealed, "first", "second")
        change(vault, sealed, "abc", r"abc\\nNEW=added")
        commit(git, branch)
    git("merge", "-q", "-m", "merged", "other")
    assert vault("cat", sealed).out == (
        "DB_HOST=db2\nDB_USER=shop\nDB_PASSWORD='second secret'\nAPI_KEY=abc\nNEW=added\n"
    )


def test_two_branches_that_change_the_same_value(git, vault, sealed):
    """Git reports a conflict; whoever resolved it accepts the file."""
    git("checkout", "-q", "-b", "other")
    change(vault, sealed, "first", "second")
    commit(git, "other")
    git("checkout", "-q", "main")
    change(vault, sealed, "first", "third")
    commit(git, "main")
    git("merge", "other", code=1)
    text = sealed.read_text()
    assert text.count("<<<<<<<") == 1
    assert "secret" not in text
    assert vault("verify", sealed).code == 4
    assert vault("values", "accept", sealed).code == 2
    start, rest = text.split("<<<<<<< ours\n")
    rest = rest.split("=======\n")[1]
    theirs, end = rest.split(">>>>>>> theirs\n")
    sealed.write_text(start + theirs + end)
    assert vault("verify", sealed).code == 4
    assert vault("values", "accept", sealed).code == 0
    assert "second secret" in vault("cat", sealed).out


def test_a_merge_without_the_driver(git, vault, sealed, place):
    """Only the MACs conflict; one command accepts the file."""
    (place / "repo" / ".gitattributes").write_text("")
    commit(git, "no drivers")
    git("checkout", "-q", "-b", "other")
    change(vault, sealed, "db1", "db2")
    commit(git, "other")
    git("checkout", "-q", "main")
    change(vault, sealed, "abc", "xyz")
    commit(git, "main")
    for style in ("merge", "diff3"):
        git("-c", f"merge.conflictStyle={style}", "merge", "other", code=1)
        assert sealed.read_text().count("<<<<<<<") == 1
        assert vault("verify", sealed).code != 0
        done = vault("values", "accept", sealed)
        assert done.code == 0, done.err
        assert "accepted: " in done.err
        assert vault("cat", sealed).out == PLAIN.replace("db1", "db2").replace("abc", "xyz")
        git("merge", "--abort")


def test_one_branch_that_made_a_new_file_key(git, vault, sealed):
    """The other branch's changes are sealed under the new key."""
    git("checkout", "-q", "-b", "other")
    change(vault, sealed, "db1", "db2")
    commit(git, "other")
    git("checkout", "-q", "main")
    assert vault("reencrypt", sealed).code == 0
    commit(git, "main")
    git("merge", "-q", "-m", "merged", "other")
    assert vault("cat", sealed).out == PLAIN.replace("db1", "db2")
    git("checkout", "-q", "other")
    git("reset", "-q", "--hard", "other~0")
    git("merge", "-q", "-m", "merged", "main~1")
    assert vault("cat", sealed).out == PLAIN.replace("db1", "db2")


def test_the_filter(git, vault, place):
    """The working tree is in clear, the repository is sealed, and unchanged values stay."""
    with_filter(git)
    repo = place / "repo"
    (repo / ".gitattributes").write_text("*.env filter=cotool diff=cotool merge=cotool\n")
    (repo / "in").mkdir()
    file = repo / "in" / "secrets.env"
    file.write_text(PLAIN)
    commit(git, "first")
    first = git("cat-file", "blob", "HEAD:in/secrets.env")
    assert "secret" not in first.replace("values-1", "")
    assert "DB_PASSWORD=cotool-value-1:" in first
    assert file.read_text() == PLAIN
    os.utime(file, (1, 1))
    assert git("status", "--porcelain") == ""
    file.write_text(PLAIN.replace("db1", "db2"))
    assert "+DB_HOST=db2" in git("diff")
    commit(git, "second")
    second = git("cat-file", "blob", "HEAD:in/secrets.env")
    differ = [
        one.split("=")[0]
        for one, other in zip(first.splitlines(), second.splitlines(), strict=True)
        if one != other
    ]
    assert len(differ) == 2
    assert differ[1] == "DB_HOST"
    git("checkout", "-q", "HEAD~1")
    assert file.read_text() == PLAIN
    git("checkout", "-q", "main")
    git("checkout", "-q", "-b", "other", "HEAD~1")
    file.write_text(PLAIN.replace("shop", "store"))
    commit(git, "other")
    git("merge", "-q", "-m", "merged", "main")
    assert file.read_text() == PLAIN.replace("shop", "store").replace("db1", "db2")
    assert git("status", "--porcelain") == ""


def test_a_clone_without_the_key(git, place):
    """With the filter but no key, the files stay sealed, and git sees no change."""
    with_filter(git)
    repo = place / "repo"
    (repo / ".gitattributes").write_text("*.env filter=cotool\n")
    (repo / "secrets.env").write_text(PLAIN)
    commit(git, "first")
    nowhere = {"COTOOL_HOME": str(place / "nowhere")}
    git("checkout", "-q", "--orphan", "empty")
    git("rm", "-rfq", ".")
    git("checkout", "-q", "-f", "main", **nowhere)
    assert (repo / "secrets.env").read_text().startswith("# cotool-values-1 env")
    os.utime(repo / "secrets.env", (1, 1))
    assert git("status", "--porcelain", **nowhere) == ""


@pytest.fixture
def cleaned(git, vault, sealed, place):
    """Give a function that runs the filter on a text, with or without the key."""

    def run(text, *, key=True):
        variables = {
            **ENVIRONMENT,
            "COTOOL_KEY_FILE": str(place / "key"),
            "COTOOL_HOME": str(place / ("home" if key else "nowhere")),
        }
        return subprocess.run(
            [*COTOOL.split(), "clean", "secrets.env"],
            cwd=place / "repo", env=variables, input=text, text=True,
            capture_output=True, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize("shape", ["first line alone", "appended", "merged by hand", "marks"])
def test_a_sealed_file_with_values_in_clear_is_refused(sealed, cleaned, shape, key):
    """The filter writes nothing, and names the file, the line and what to do."""
    text = sealed.read_text()
    lines = text.splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if line.startswith("DB_PASSWORD="))
    wrong, line = {
        "first line alone": (lines[0] + PLAIN, 1),
        "appended": (text + "NEW=plain secret\n", len(lines) + 1),
        "merged by hand": (
            "".join((*lines[:place], "DB_PASSWORD='plain secret'\n", *lines[place + 1 :])),
            place + 1,
        ),
        "marks": (
            "".join((*lines[:place], "<<<<<<< ours\n", *lines[place:], ">>>>>>> theirs\n")),
            place + 1,
        ),
    }[shape]
    done = cleaned(wrong, key=key)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"secrets.env, line {line}: " in done.stderr
    assert "values accept" in done.stderr
    assert "plain secret" not in done.stderr


def test_a_sealed_file_passes_the_filter(vault, sealed, cleaned):
    """As it is in git, also without a key; changed, if its MAC fits or if no key can tell."""
    text = sealed.read_text()
    for key in (True, False):
        done = cleaned(text, key=key)
        assert (done.returncode, done.stdout) == (0, text), done.stderr
    change(vault, sealed, "db1", "db2")
    other = sealed.read_text()
    for key in (True, False):
        done = cleaned(other, key=key)
        assert (done.returncode, done.stdout) == (0, other), done.stderr
    mixed = "".join(other.splitlines(keepends=True)[:-1])
    assert cleaned(mixed, key=False).stdout == mixed
    done = cleaned(mixed)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the MAC does not fit" in done.stderr
    sealed.write_text(mixed)
    assert vault("values", "accept", sealed).code == 0
    assert cleaned(sealed.read_text()).stdout == sealed.read_text()


def test_a_new_file_key_after_a_person_left(git, vault, place):
    """The filter keeps who can open a file until the sealed file has a new file key."""
    with_filter(git)
    repo = place / "repo"
    (repo / ".gitattributes").write_text("*.env filter=cotool\n")
    file = repo / "secrets.env"
    file.write_text(PLAIN)
    commit(git, "first")

    def opens(*key):
        stored = place / "stored.env"
        stored.write_text(git("show", "HEAD:secrets.env"))
        return vault("cat", *key, stored).code == 0

    leaver = ("-p", "--passphrase-file", "pw")
    file.write_text(git("show", "HEAD:secrets.env"))
    assert vault("rewrap", file, "--add-passphrase-file", "pw").code == 0
    commit(git, "a person joined")
    file.unlink()
    git("checkout", "secrets.env")
    file.write_text(PLAIN.replace("first", "second"))
    commit(git, "second")
    assert opens(*leaver)
    file.write_text(git("show", "HEAD:secrets.env"))
    assert vault("reencrypt", "--drop-others", file).code == 0
    commit(git, "the person left")
    file.unlink()
    git("checkout", "secrets.env")
    assert file.read_text() == PLAIN.replace("first", "second")
    file.write_text(PLAIN.replace("first", "third"))
    commit(git, "third")
    assert opens()
    assert not opens(*leaver)


def test_a_pattern_that_seals_nothing_stops_the_filter(vault, ring, place):
    """A typo in the pattern of git's config commits nothing in clear."""
    done = vault("values", "clean", "new.env", "--only", "passwrod", stdin=b"PASSWORD=x\n")
    assert (done.code, done.out) == (2, "")
    assert "no value would be sealed" in done.err
