"""Reports, read without a browser."""

from __future__ import annotations

import json
import math
import random
import re
import struct
from dataclasses import replace

import pytest

import html_pages as pages
from cotool.cli.html import batch as html_batch
from cotool.cli.html.batch import BatchPage
from cotool.cli.html.heatmap import heat_map
from cotool.cli.html.logs import logs_page
from cotool.cli.html.markup import marked
from cotool.cli.html.question import question_page
from cotool.cli.html.templates import templates
from cotool.consensus import find_consensus
from cotool.consensus.model import Insight
from cotool.logs import LogSummary, analyze_logs
from cotool.logs.histogram import Histogram
from cotool.logs.levels import LEVELS
from cotool.logs.model import FileSummary, LogCounts
from cotool.logs.report.clock import Clock
from cotool.logs.templates.compare import Change, Comparison
from cotool.text import one_line
from html_pages import HOSTILE, checked

MEGABYTE = 1_000_000


@pytest.mark.parametrize("name", ["question", "batch", "logs", "bench"])
def test_hostile_input_stays_text(name, tmp_path):
    """Every hostile text is read as what it is, in a sound page with its own script alone."""
    make = getattr(pages, f"hostile_{name}")
    page = make(tmp_path) if name == "logs" else make()
    document = checked(page)
    for text in HOSTILE[:6]:
        assert one_line(text) in " ".join(document.text.split())


def test_one_question(consensus_of):
    """The answer, the clusters, what differs marked, insights with evidence, reasons, warnings."""
    page = question_page(
        consensus_of(matrix=pages.Rows([[1, 0.25, 0.9], [0.25, 1, 0.2], [0.9, 0.2, 1]])),
        sources=["a.json"],
    )
    document = checked(page)
    assert "67 %" in document.text
    assert "from agreement, not calibrated" in document.text
    assert "<mark>cracked</mark>" in page
    assert "<mark>Yes</mark>" in page
    assert "one of the two denies" in document.text
    assert "one answer is empty: dan" in document.text
    names = {found["id"] for found in document.all("section")}
    assert names == {"clusters", "insights", "matrix", "why", "warnings"}


def test_evidence_is_told_in_words(consensus_of):
    """Numbers are short, lists are cut, and no markup is read."""
    evidence = {
        "share": 2 / 3,
        "none": None,
        "list": ["a", 0.5],
        "many": list(range(99)),
        "map": {"k": [True]},
    }
    insight = Insight("theme", "message", ("cid",), evidence)
    text = checked(question_page(consensus_of(insights=(insight,), matrix=None), sources=[])).text
    for shown in ("0.667", "a, 0.5", "11 and 87 more", "k yes", "cid"):
        assert shown in text
    assert "bdi" not in text


def test_no_answer(consensus_of):
    """A question without usable responses has a page, too."""
    nothing = consensus_of(
        answer=None, content=None, expert=None, agreement=None, confidence=None, clusters=(),
        dissent=(), insights=(), experts=(), answers=(), matrix=None, explanation=(), warnings=(),
    )  # fmt: skip
    assert "no response could be used" in checked(question_page(nothing, sources=["-"])).text


def test_the_heat_map_goes_cluster_by_cluster():
    """Names and values are in the order of the clusters; unknown values are marked."""
    rows = [[1.0, 0.2, 0.9], [0.2, 1.0, math.nan], [0.9, math.nan, 1.0]]
    document = pages.Document(heat_map(["a", "b", "c"], rows.__getitem__, [[0, 2], [1]], "x"))
    (found,) = document.all("div", class_="heat")
    assert json.loads(found["data-names"]) == ["a", "c", "b"]
    assert found["data-values"] == "645a145a64ff14ff64"
    assert len(document.all("line")) == 2  # one bound, across and down
    assert "·" in document.text  # the diagonal of the table


@pytest.mark.parametrize(("count", "side"), [(100, None), (101, 101), (1300, 600)])
def test_a_large_heat_map_is_an_image(count, side):
    """Cells up to 100 experts, an image of their number beyond, averages where they are more."""
    row = [1.0] * count
    made = heat_map([f"e{n}" for n in range(count)], lambda _: row, [list(range(count))], "x")
    document = pages.Document(made)
    images = document.all("img")
    if side is None:
        assert images == []
        assert len(document.all("rect")) > count * count
        return
    from base64 import b64decode

    png = b64decode(images[0]["src"].partition(",")[2])
    assert struct.unpack_from(">II", png, 16) == (side, side)
    assert document.all("rect", class_="cursor")
    assert len(made) < MEGABYTE
    assert ("each cell averages" in document.text) == (count > side)


def test_marks_are_whole_words():
    """Folded, with numbers and negations as they are named; nothing within a word."""
    made = marked("Unsafe: SAFE, isn't 1,080.5 or 080", ["safe", "1080.5", "isn't", "<b>"])
    assert made == (
        "<bdi>Unsafe: <mark>SAFE</mark>, <mark>isn&#x27;t</mark> <mark>1,080.5</mark> or 080</bdi>"
    )
    assert marked("abcdef", ["abc"], 3) == "<bdi><mark>abc</mark> …</bdi>"


def test_a_batch_keeps_the_least_agreement(consensus_of):
    """Of more questions than fit, those that agree least are listed in order, the rest counted."""
    batch = BatchPage(["a"], most=20)
    for n in range(200):
        batch.add(
            consensus_of(question=f"question-{n:03}", id=str(n), agreement=(n * 37 % 200) / 200)
        )
    document = checked(batch.page())
    shown = sorted(n for n in range(200) if f"question-{n:03}" in document.text)
    assert shown == sorted(n for n in range(200) if n * 37 % 200 < 20)
    assert (
        "Of 200 questions the 20 with the least agreement are listed; 180 are left out."
        in document.text
    )
    assert document.text.index(f"question-{shown[0]:03}") < document.text.index(
        f"question-{shown[-1]:03}"
    )


def test_a_batch_lists_the_least_support():
    """Of questions of long answers the ten least supported, and experts by their support."""
    answers = [
        "Rain falls in May. Snow melts. Ice breaks.",
        "Snow melts. Wind blows. Rain falls in May.",
    ]
    batch = BatchPage(["a"])
    for n in range(12):
        result = find_consensus(
            {"question": f"question-{n:02}", "responses": answers}, method="centre"
        )
        batch.add(replace(result, support=n / 20))
    text = checked(batch.page()).text
    listed = text[text.index("with the least support") : text.index("Mean support by expert")]
    shown = [int(n) for n in re.findall(r"question-(\d\d)", listed)]
    assert shown == list(range(10))
    assert "1 of 3" in listed


def test_a_large_batch_stays_usable(consensus_of, monkeypatch):
    """Questions beyond the limit, with long texts in every field, make a page of bounded size."""
    monkeypatch.setattr(html_batch, "MOST_QUESTIONS", 50)
    batch = BatchPage(["a"])
    long = "word " * 2_000
    result = consensus_of()
    clusters = tuple(replace(cluster, answer=long) for cluster in result.clusters)
    for n in range(70):
        batch.add(
            consensus_of(
                question=f"{n} {long}", answer=long, clusters=clusters, content=long,
                explanation=(long,) * 3, warnings=(long,), id=f"{n} {long}",
            )
        )  # fmt: skip
    assert len(batch.page()) < MEGABYTE


def test_logs(examples):
    """Levels, a time line with its burst, templates with parameters, patterns, files, lines."""
    summary = analyze_logs(
        examples / "shop.log", patterns={"slow": r"\d{4} ms"}, show=2, context=1, templates=True
    )
    document = checked(logs_page(summary, zone=None, bucket=None))
    names = [found["id"] for found in document.all("section")]
    assert names == ["levels", "time", "templates", "patterns", "files", "lines"]
    (line,) = document.all("div", class_="timeline")
    data = json.loads(line["data-line"])
    assert {level: sum(row) for level, row in data["levels"].items()} == {
        level: count for level, count in summary.counts.levels.items() if count
    }
    assert len(data["labels"]) == len(data["levels"]["info"]) + 1
    assert [mark[2] for mark in data["marks"]] == ["burst"]
    assert "payment of order <*> failed after <*> ms" in document.text
    assert len(document.all("button", data_show=True)) == 0
    assert document.text.count("2026-03-02 08:40:00") >= 1


@pytest.mark.parametrize("bucket", [None, 1, 60, 86400])
def test_a_time_line_fits_whatever_its_bucket(bucket, examples):
    """A width that was asked for is kept where its columns can be shown."""
    summary = analyze_logs(examples / "shop.log")
    document = checked(logs_page(summary, zone=None, bucket=bucket))
    (line,) = document.all("div", class_="timeline")
    data = json.loads(line["data-line"])
    assert data["width"] == bucket if bucket not in {None, 1} else data["width"] < 60
    assert len(data["labels"]) < 3_002


def test_logs_without_anything():
    """An empty log, and one without times, have pages."""
    document = checked(logs_page(LogSummary(), zone=None, bucket=None))
    assert document.all("section") == []
    counts = LogCounts(lines=1, records=1, levels=dict.fromkeys(LEVELS, 0) | {"unknown": 1})
    file = FileSummary("app.log", counts, error="it broke", warnings=("odd",))
    document = checked(logs_page(LogSummary(counts, (file,)), zone=None, bucket=None))
    assert document.text.count("app.log") >= 3
    assert "it broke" in document.text


def test_times_far_apart_have_a_time_line():
    """One record at the beginning of time and one today."""
    one = tuple(int(level == "error") for level in LEVELS)
    counts = LogCounts(
        lines=2, records=2, levels=dict.fromkeys(LEVELS, 0) | {"error": 2},
        histogram=Histogram(1, {0: one, 1_900_000_000: one}),
        first_seen=0, last_seen=1_900_000_000 * 10**9,
    )  # fmt: skip
    checked(logs_page(LogSummary(counts), zone=None, bucket=None))


def test_of_many_templates_the_frequent_and_the_severe_are_listed(tmp_path):
    """Rare errors are not lost in a long tail, and what is left out is counted."""
    log = tmp_path / "a.log"
    draw = random.Random(1)
    words = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst"]
    texts = [" ".join(draw.choices(words, k=3 + n % 9)) for n in range(60)]
    lines = [f"2026-01-01 00:00:{n % 60:02} INFO {text}" for n, text in enumerate(texts * 5)]
    lines += ["2026-01-01 00:01:00 ERROR the disk is gone"]
    log.write_text("\n".join(lines) + "\n")
    found = analyze_logs(log, templates=True).templates
    assert len(found) > 12
    document = pages.Document(templates(found, Clock(None, zoned=False), (0, 10), most=12))
    assert (
        len(document.all("tbody", data_group="info"))
        + len(document.all("tbody", data_group="error"))
        == 12
    )
    assert "the disk is gone" in document.text
    assert f"{len(found) - 12} templates with" in document.text


def test_changes_since_an_earlier_run():
    """New and vanished templates, and those more or less frequent, each with its counts."""
    levels = dict.fromkeys(LEVELS, 0)
    text = "disk <*> is full " + HOSTILE[0]
    comparison = Comparison(
        records_before=100,
        records_after=200,
        new=(Change("a" * 12, text, levels, 0, 50, math.inf, 0.0),),
        vanished=(Change("b" * 12, "all is well", levels, 9, 0, 0.0, 0.004),),
        changed=(Change("c" * 12, "user <*> left", levels, 10, 60, 3.0, 0.0),),
        unchanged=7,
    )
    counts = LogCounts(lines=1, records=1, levels=levels | {"unknown": 1})
    document = checked(logs_page(LogSummary(counts, comparison=comparison), zone=None, bucket=None))
    for kind in ("new", "vanished", "changed"):
        assert len(document.all("tbody", data_group=kind)) == 1
    assert one_line(text) in document.text
    assert "3.00 ×" in document.text
    assert "100 before" in document.text


def test_the_comparison_of_benchmarks_tells_each_verdict():
    """Counts, the geometric mean, and what is in one file only."""
    document = checked(pages.hostile_bench())
    for verdict in ("slower", "faster", "unclear"):
        assert len(document.all("tbody", data_group=verdict)) == 5
    assert "geometric mean" in document.text


def test_distinct_values_by_step(tmp_path):
    """Distinct values have a column per step, the greatest of several, and no empty statistics."""
    path = tmp_path / "x.log"
    path.write_text(
        "".join(
            f"2026-01-01T{n // 60:02}:{n % 60:02}:00Z INFO user=u{n // 3} page=p{n % 2} ms={n}\n"
            for n in range(200)
            for _ in range(1 + n % 4)
        )
    )
    measures = {"user": "distinct(user)", "ms": "ms"}
    summary = analyze_logs(path, measures=measures, by=["page"], step=60)
    page = logs_page(summary, zone=None, bucket=None)
    assert "A column shows the greatest count of its 3 min." in page
    assert page.count("<td>2026-01-01 ") >= 200
    assert "distinct user" in page
    assert "p99 user" not in page
    assert "p99 ms" in page
