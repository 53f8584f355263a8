"""The logging handler counts what is logged, in bounded memory."""

from __future__ import annotations

import logging
import threading

import pytest

from cotool import CountingHandler
from cotool.errors import InputError


@pytest.fixture
def logger():
    """A logger of its own, and a function that gives it a handler."""
    own = logging.getLogger("cotool.tests.shop")
    own.setLevel(1)
    own.propagate = False

    def add(**options):
        handler = CountingHandler(**options)
        own.addHandler(handler)
        return own, handler

    yield add
    own.handlers.clear()


def levels(summary):
    """The levels that occurred."""
    return {level: count for level, count in summary.counts.levels.items() if count}


def test_levels_are_counted(logger):
    """Each of Python's levels, and numbers between them, is counted under its name here."""
    log, handler = logger()
    for number in (1, 5, 10, 15, 20, 24, 25, 29, 30, 40, 49, 50, 99):
        log.log(number, "x")
    assert levels(handler.summary()) == {
        "trace": 2, "debug": 2, "info": 2, "notice": 2, "warning": 1, "error": 2, "critical": 2,
    }  # fmt: skip


def test_a_traceback_belongs_to_its_record(logger):
    """Lines of a text are counted as lines, and none of them passes for a record."""
    log, handler = logger(show=1)
    try:
        int("2026-01-01T00:00:00Z ERROR fake")
    except ValueError:
        log.exception("failed\n2026-01-01T00:00:00Z ERROR fake")
    summary = handler.summary()
    assert (summary.counts.records, levels(summary)) == (1, {"error": 1})
    assert summary.counts.lines >= 5
    assert summary.samples[0].text.endswith("ERROR failed")


def test_patterns_templates_and_time(logger):
    """Patterns count lines, templates say what was logged, the histogram when."""
    log, handler = logger(patterns={"slow": r"took \d{3,} ms"})
    for n in range(200):
        log.info("request %d took %d ms", n, n)
    log.warning("low on disk")
    summary = handler.summary()
    assert summary.counts.patterns == {"slow": 100}
    assert {one.text: one.count for one in summary.templates} == {
        "request <*> took <*> ms": 200,
        "low on disk": 1,
    }
    assert sum(map(sum, summary.counts.histogram.buckets.values())) == 201
    assert summary.counts.timeless == 0
    assert summary.to_dict()["first_seen"].endswith("Z")


def test_a_summary_is_of_its_moment(logger):
    """What is logged later is in the next summary, not in one that was taken."""
    log, handler = logger(show=3)
    log.error("one")
    first = handler.summary()
    log.error("two")
    second = handler.summary()
    assert (first.counts.records, second.counts.records) == (1, 2)
    assert [sum(t.count for t in one.templates) for one in (first, second)] == [1, 2]
    assert [(sample.line, sample.text[-3:]) for sample in second.samples] == [
        (1, "one"),
        (2, "two"),
    ]
    handler.reset()
    assert handler.summary().counts.records == 0
    assert list(handler.summary().templates) == []


def test_formatter_and_level_are_those_of_the_handler(logger):
    """The text is what the formatter makes of a record; a level keeps records out."""
    log, handler = logger(level=logging.WARNING, patterns={"name": "tests.shop:"})
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    log.info("no")
    log.warning("yes")
    summary = handler.summary()
    assert (summary.counts.records, summary.counts.patterns) == (1, {"name": 1})


def test_many_threads_lose_nothing(logger):
    """Records of many threads are all counted, while others ask for summaries."""
    log, handler = logger()

    def work(name):
        for n in range(2000):
            log.info("%s %d", name, n)
            if n % 500 == 0:
                handler.summary()

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert handler.summary().counts.records == 8000


def test_what_waits_stays_bounded(logger):
    """Lines are counted and let go before many have gathered."""
    log, handler = logger()
    most = 0
    for n in range(20_000):
        log.info("a message of some length, number %d", n)
        most = max(most, handler._size)
    assert most < 300_000
    assert handler.summary().counts.records == 20_000


def test_a_message_that_cannot_be_formatted(logger, monkeypatch, capsys):
    """It is reported as logging does, and counted nowhere."""
    log, handler = logger()
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log.info("%d", "x")
    log.info("surrogate \udc80 \0 \x1b[31m")
    assert handler.summary().counts.records == 1


def test_a_bad_pattern_is_told():
    """It is told where the handler is made."""
    with pytest.raises(InputError):
        CountingHandler(patterns={"x": "("})
