"""What all tests share."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

settings.register_profile("cotool", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "cotool"))


# A run in the background may ignore Ctrl-C, and its children would do so, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Spare the collector what lives as long as the run: an eighth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


# Files whose tests share what takes long: a cluster, a browser, a database, learned worlds.
SHARING = (
    "test_cluster.py",
    "test_vault_cluster.py",
    "test_in_browser.py",
    "test_store.py",
    "test_worlds.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Run the cases of a test, and all tests of files that share something, in one process."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            path = nodeid.partition("::")[0]
            return path if path.endswith(SHARING) else nodeid.partition("[")[0]

    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Escape surrogates in what a test printed and logged: reports of workers are UTF-8."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def examples():
    """The folder of examples that ship with the project."""
    return ROOT / "examples"


@pytest.fixture(scope="session")
def data():
    """The folder of real data, which is not part of the project."""
    folder = Path(os.environ.get("COTOOL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real data is not here (COTOOL_DATA or ../shared/data)")
    return folder
