"""The fuzz targets hold on their seeds, so that a fuzzer has something true to begin with."""

from __future__ import annotations

import random

import pytest

from fuzzing.targets import TARGETS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COTOOL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_on_its_seeds(name):
    """Each target accepts its seeds, and the seeds with one byte changed or the end cut off."""
    target, rng = TARGETS[name], random.Random(name)
    seeds = list(target.seeds())
    assert seeds
    for seed in rng.sample(seeds, min(len(seeds), 8)):
        target.run(seed)
        changed = bytearray(seed)
        changed[rng.randrange(len(seed))] ^= 1 << rng.randrange(8)
        target.run(bytes(changed))
        target.run(seed[: rng.randrange(len(seed))])


def test_a_target_finds_a_broken_rule(monkeypatch):
    """A command that ends with a defect, or prints NaN, is a finding."""
    from fuzzing import targets

    monkeypatch.setattr("cotool.cli.app._run", lambda _: 1 // 0)
    with pytest.raises(AssertionError, match="exit code 70"):
        targets.command("vault")
    monkeypatch.setattr("cotool.cli.app._run", lambda _: print("[NaN]") or 0)
    with pytest.raises(AssertionError, match="is no JSON"):
        targets.as_json("vault")
