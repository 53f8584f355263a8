"""Flag, else variable, else config file, else default."""

from __future__ import annotations

import pytest

from cotool.cli.shared.settings import Settings, config_path, resolve_settings
from cotool.errors import InputError


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Give a function that writes config.toml."""
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path))

    def write(text):
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    return write


def test_nothing_set_gives_the_defaults():
    """Without flags, variables and a file the defaults stand."""
    assert resolve_settings({}) == Settings()


def test_precedence(config, monkeypatch):
    """A flag wins over a variable, that over the file, that over the default."""
    config('[consensus]\nmetric = "jaccard"\nmethod = "medoid"\nclustering = "density"\n')
    monkeypatch.setenv("COTOOL_METRIC", "cosine")
    monkeypatch.setenv("COTOOL_METHOD", "centre")
    settings = resolve_settings({"metric": "tfidf", "method": None})
    assert (settings.metric, settings.method) == ("tfidf", "centre")
    assert (settings.clustering, settings.format) == ("density", "table")


def test_empty_variable_is_unset(monkeypatch):
    """A variable set to nothing counts as not set."""
    monkeypatch.setenv("COTOOL_METRIC", "")
    assert resolve_settings({}).metric == "auto"


def test_threads_follow_the_kernels_variable(config, monkeypatch):
    """--threads wins over COTOOL_NUM_THREADS, that over the file."""
    config("[consensus]\nthreads = 2\n")
    assert resolve_settings({}).threads == 2
    monkeypatch.setenv("COTOOL_NUM_THREADS", "3")
    assert resolve_settings({}).threads == 3
    assert resolve_settings({"threads": "4"}).threads == 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["ann=2", "a=b=0.5"], {"ann": 2.0, "a=b": 0.5}),
        ("ann=2,bob=0", {"ann": 2.0, "bob": 0.0}),
        ({"ann": 2, "bob": 1.5}, {"ann": 2.0, "bob": 1.5}),
    ],
)
def test_weights(value, expected):
    """Weights come as flags, as one text, or as a table; a name may hold "="."""
    assert resolve_settings({"weight": value}).weight == expected


def test_expert_columns_may_be_quoted():
    """Columns are divided by commas, quoted as in CSV."""
    settings = resolve_settings({"expert_columns": 'a, b,"c,d"'})
    assert settings.expert_columns == ("a", "b", "c,d")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"metric": "cosin"}, "--metric: 'cosin' is not one of auto, cosine"),
        ({"format": "xml"}, "--format: 'xml' is not one of table, json, jsonl, csv"),
        ({"threshold": "2"}, "--threshold: expected a similarity from 0 to 1"),
        ({"threshold": "nan"}, "--threshold: expected a number"),
        ({"threads": "0"}, "--threads: expected a whole number from 1"),
        ({"threads": "1.5"}, "--threads: expected a whole number from 1"),
        ({"weight": ["ann"]}, "--weight: expected EXPERT=NUMBER"),
        ({"weight": ["=1"]}, "--weight: expected EXPERT=NUMBER"),
        ({"weight": ["ann=-1"]}, "--weight: ann: a weight is 0 or more"),
        ({"weight": ["ann=1", "ann=2"]}, "--weight: 'ann' has two weights"),
        ({"weight": ["ann=x"]}, "--weight: ann: expected a number"),
        ({"expert_columns": "a,,b"}, "--expert-columns: expected names"),
        ({"id_key": ""}, "--id-key: expected a text"),
    ],
)
def test_bad_flag_is_named(flags, message):
    """A bad value is an error that names its flag and what was expected."""
    with pytest.raises(InputError) as caught:
        resolve_settings(flags)
    assert message in str(caught.value)


def test_near_miss_is_suggested():
    """A misspelt choice gets the nearest as a hint."""
    with pytest.raises(InputError) as caught:
        resolve_settings({"metric": "levenstein"})
    assert caught.value.hint == "did you mean levenshtein?"


def test_bad_variable_is_named(monkeypatch):
    """A bad value of a variable is an error that names the variable."""
    monkeypatch.setenv("COTOOL_METHOD", "guess")
    with pytest.raises(InputError, match="COTOOL_METHOD: 'guess' is not one of auto, vote"):
        resolve_settings({})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[consensus\n", "config.toml: "),
        ("[vault]\n", "config.toml: unknown key 'vault'"),
        ("consensus = 1\n", "config.toml: consensus is not a table"),
        ("[consensus]\nmetrik = 1\n", "config.toml: unknown key 'metrik' in [consensus]"),
        ("[consensus]\nmetric = 1\n", "config.toml: [consensus] metric: 1 is not one of"),
        (
            "[consensus]\nthreshold = true\n",
            "config.toml: [consensus] threshold: expected a number",
        ),
        ("[consensus]\nweight = 3\n", "config.toml: [consensus] weight: expected EXPERT=NUMBER"),
        ("[consensus]\nexpert_columns = [1]\n", "[consensus] expert_columns: expected names"),
    ],
)
def test_broken_config_names_file_and_key(config, text, message):
    """A config file that is broken or unknown in part is an error that names file and key."""
    config(text)
    with pytest.raises(InputError) as caught:
        resolve_settings({})
    assert message in str(caught.value)


def test_config_that_is_not_utf8(config, tmp_path):
    """A config file in another encoding is an error that names the byte."""
    (tmp_path / "config.toml").write_bytes(b"# \xff\n")
    with pytest.raises(InputError, match=r"config\.toml: byte 3 is not UTF-8"):
        resolve_settings({})


def test_config_that_is_a_folder(tmp_path, monkeypatch):
    """A config file that cannot be read is an error that names it."""
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path))
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(InputError, match=r"config\.toml: cannot be read"):
        resolve_settings({})


def test_config_path_without_home(monkeypatch):
    """Without COTOOL_HOME the user's config folder is taken."""
    monkeypatch.delenv("COTOOL_HOME")
    assert config_path().parts[-2:] == ("cotool", "config.toml")
