"""What people read."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cotool.cli.consensus.heatmap import heat_map
from cotool.cli.consensus.statements import marked_answer
from cotool.cli.consensus.table import number_table
from cotool.cli.consensus.writers import write_table
from cotool.cli.shared.screen import Screen, clip, clip_marked, fitted
from cotool.consensus import find_consensus
from cotool.consensus.model import Cluster, Insight
from cotool.text import visible

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def shown(monkeypatch):
    """Give a function that returns the table of results as text."""

    def show(*results, explain=False, colour=False, width=80):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLORTERM", "truecolor")
        if colour:
            monkeypatch.setenv("FORCE_COLOR", "1")
        sink = io.StringIO()
        write_table(results, sink, single=len(results) == 1, explain=explain, to_file=False)
        return sink.getvalue()

    return show


def crowd(consensus_of, rows, count):
    """Return a result of `count` experts in two clusters that alternate."""
    names = tuple(f"expert {i}" for i in range(count))
    matrix = rows([[1.0 if i % 2 == j % 2 else 0.5 for j in range(count)] for i in range(count)])
    clusters = tuple(
        Cluster(k, "text", names[k::2], tuple(range(k, count, 2)), 0.5, 1.0) for k in (0, 1)
    )
    return consensus_of(experts=names, matrix=matrix, clusters=clusters, expert=names[0])


@pytest.mark.parametrize("width", [60, 80])
def test_rows_fit_with_every_share(consensus_of, shown, width):
    """100 % and >99 % take no more room than 50 %: each question is one row."""
    results = [
        consensus_of(question="long " * 30, answer="word " * 30, agreement=share, confidence=share)
        for share in (0.5, 0.999, 1.0)
    ]
    lines = shown(*results, width=width).splitlines()
    assert len({len(line) for line in lines[:4]}) == 1
    assert len(lines[0]) <= width
    assert [line.split()[-3] + line.split()[-2] for line in lines[1:4]] == ["50%", ">99%", "100%"]


def test_single_question_in_a_pipe(consensus_of, shown):
    """All parts are there, without colour, boxes or spaces at line ends."""
    text = shown(consensus_of(), explain=True)
    for part in (
        "Is the bridge safe?",
        "  Yes, it is safe.",
        "agreement 67 % (2 of 3 experts in its cluster) · confidence 55 %",
        "in the words of ann",
        "ann, bob",
        "cid (33 %, 25 % similar)",
        "only here: beam, cracked",
        "only in the consensus: yes",
        "numbers here: 7",
        "numbers in the consensus: 9",
        "denies",
        "length: one answer is 4 times as long (cid)",
        "one answer is empty: dan",
        "free text, so the centre stands",
        "Agreement matrix (tfidf)",
    ):
        assert part in text
    assert not re.search(r"[\x1b╭│▀]", text)
    assert not re.search(r" $", text, re.MULTILINE)


def test_vote_counts_the_experts(consensus_of, shown):
    """Where answers are equal or not, agreement is a count of experts, and the matrix says so."""
    text = shown(consensus_of(metric=None))
    assert "agreement 67 % (2 of 3 experts) ·" in text
    assert "Agreement matrix (same answer)" in text


def test_explanation_only_when_asked(consensus_of, shown):
    """Why is left out unless it is asked for."""
    assert "free text, so the centre stands" not in shown(consensus_of())
    assert "free text, so the centre stands" not in shown(consensus_of(), consensus_of())
    assert "free text, so the centre stands" in shown(consensus_of(), consensus_of(), explain=True)


def test_colour_draws_a_heat_map(consensus_of, shown):
    """Where there is colour the matrix is half blocks and the answer is in a box."""
    text = shown(consensus_of(), colour=True)
    assert "▀" in text
    assert "╭" in text
    assert "\x1b[38;2;253;231;37" in text


def test_no_color_keeps_the_numbers(consensus_of, shown, monkeypatch):
    """NO_COLOR leaves the boxes of a terminal, and gives numbers for the heat map."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(consensus_of(), colour=True)
    assert "╭" in text
    assert "▀" not in text
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", text)
    assert re.search(r"1 ann +· +90 +25", text)


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_single_question_fits_the_width(consensus_of, rows, shown, width, colour):
    """No line is wider than the screen, however many experts there are."""
    text = "".join(
        shown(crowd(consensus_of, rows, count), width=width, colour=colour)
        for count in (2, 13, 60, 300)
    )
    assert max(cell_len(ESCAPE.sub("", line)) for line in text.split("\n")) <= width


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_batch_fits_the_width(consensus_of, shown, width):
    """No row is wider than the screen, wide characters and newlines included."""
    wide = consensus_of(question="日本語の長い質問です。" * 20, answer="a\nb " * 90)
    text = shown(wide, consensus_of(), wide, width=width, explain=True)
    assert max(map(cell_len, text.split("\n"))) <= width


def test_batch_summary(consensus_of, shown):
    """The summary counts kinds and dissent and lists the questions of least agreement."""
    text = shown(
        consensus_of(agreement=1.0, dissent=()),
        consensus_of(question="split", agreement=0.25, kind="choice"),
        consensus_of(question="lost", answer=None, agreement=None, kind="none"),
    )
    assert "3 questions · mean agreement 62 % · 1 without an answer · dissent on 2" in text
    assert "kinds: text 1, choice 1, none 1" in text
    assert "1 question with agreement under 50 %:\n   25 %  split\n" in text


def test_batch_lists_only_the_lowest(consensus_of, shown):
    """Of many questions of low agreement the lowest five are listed, the lowest first."""
    results = [consensus_of(question=f"q{n}", agreement=n / 100) for n in range(40, 20, -1)]
    text = shown(*results)
    assert "20 questions with agreement under 50 %; the lowest 5:" in text
    assert re.findall(r"(\d+) %  q\d+\n", text.partition("lowest 5:")[2]) == [
        "21", "22", "23", "24", "25",
    ]  # fmt: skip


def test_hostile_text_is_shown_not_obeyed(consensus_of, shown):
    """Neither markup nor control characters of the input act."""
    evil = "[red]x[/red] [/nope] :smile: \x1b[2J\u202e"
    result = consensus_of(
        question=evil,
        answer=evil,
        expert=evil,
        experts=(evil, evil, "bob"),
        clusters=(
            Cluster(0, evil, (evil,), (0,), 0.5, 1.0),
            Cluster(1, evil, ("b",), (1, 2), 0.5, 1.0),
        ),
        insights=(Insight("length", evil, (evil,)),),
        warnings=(evil,),
        explanation=(evil,),
    )
    for text in (shown(result, explain=True), shown(result, result, explain=True)):
        assert "[red]x[/red]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert r"\x1b[2J\u202e" in text


def test_no_answer(consensus_of, shown):
    """A question without an answer says so."""
    bare = consensus_of(
        answer=None, agreement=None, confidence=None, expert=None, clusters=(), dissent=(),
        matrix=None, experts=(), kind="none",
    )  # fmt: skip
    assert "no answer: no response could be used" in shown(bare)
    assert "no answer" in shown(bare, bare)


def test_long_answer_is_cut(consensus_of, shown):
    """A long answer shows 20 lines and counts the rest."""
    text = shown(consensus_of(answer="\n".join(f"line {n}" for n in range(50))))
    assert "  line 19\n" in text
    assert "line 20" not in text
    assert "… (30 more lines; --format json has all)" in text


def test_many_rows_are_counted(consensus_of, shown):
    """Of many clusters ten are shown, and the rest is counted; so are members."""
    many = tuple(Cluster(n, f"a{n}", ("x",) * 9, (), 0.1, None) for n in range(12))
    text = shown(consensus_of(clusters=many, dissent=consensus_of().dissent * 12), width=120)
    assert "… 2 more clusters" in text
    assert "… 2 more dissenting opinions" in text
    assert "and 3 more" in text


def test_heat_map_averages_what_does_not_fit(consensus_of, rows):
    """Clusters stand side by side; each cell is the mean of those it stands for, and says so."""
    result = crowd(consensus_of, rows, 300)
    order = [i for cluster in result.clusters for i in cluster.indices]
    lines = heat_map(result.experts, result.matrix.row, order, 78)
    assert "300 experts" in lines[-1].plain
    assert lines[0].plain.startswith("expert 0 +")
    styles = [span.style for span in lines[0].spans]
    assert len({style.color.triplet for style in styles}) == 2
    assert styles[0].color == styles[0].bgcolor
    assert lines[-2].plain.startswith("similarity     50 %")


def test_heat_map_of_one_line_an_expert(consensus_of, rows):
    """Few experts have a line of two columns each."""
    lines = heat_map(["a", "b", "c"], consensus_of().matrix.row, [0, 2, 1], 78)
    assert [line.plain.split()[0] for line in lines[:3]] == ["a", "c", "b"]
    assert all(line.plain.endswith(" " + "▀" * 6) for line in lines[:3])


def test_heat_map_survives_equal_and_unknown_values(rows):
    """Nothing to tell apart, and no number at all, still draw."""
    for value in (1.0, 0.0, float("nan")):
        matrix = rows([[value, value], [value, value]])
        assert len(heat_map(["a", "b"], matrix.row, [0, 1], 80)) == 3
        assert len(number_table(["a", "b"], matrix.row, [0, 1], 80)) == 3


def test_number_table_refers_to_json_for_many(consensus_of, rows):
    """More experts than fit are not printed as numbers."""
    result = crowd(consensus_of, rows, 13)
    lines = number_table(result.experts, result.matrix.row, range(13), 80)
    assert [line.plain for line in lines] == ["13 experts: use --format json for the matrix"]


@given(st.text(max_size=300), st.integers(1, 60), st.integers(1, 5))
def test_clip_stays_within(text, width, most):
    """Clipped text has at most so many lines of at most that width, unless a character is wider."""
    clipped, more = clip(text, width, most)
    lines = clipped.split("\n")
    assert len(lines) <= most
    assert max(map(cell_len, lines)) <= max(width, 2)
    assert more >= 0


@given(st.text(max_size=100), st.integers(1, 60))
def test_fitted_has_the_width(text, width):
    """A fitted cell is exactly as wide as asked."""
    line = " ".join(text.split()).translate(dict.fromkeys(range(32)))
    assert cell_len(fitted(line, width)) == width


def test_file_gets_plain_text(consensus_of, monkeypatch):
    """A file gets neither colour nor boxes, whatever the environment asks for."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    sink = io.StringIO()
    screen = Screen(sink, plain=True)
    assert not screen.boxes
    assert not screen.colours


def bridge():
    """Return the consensus on long answers that agree, differ in a year, and stray."""
    texts = {
        "ann": "The Harrow bridge opened in 1931. It is 420 metres long. Zebras graze below it.",
        "ben": "Opened in 1931, the Harrow bridge is 420 metres long. Many tourists like the view.",
        "cem": "It is 420 metres long. The Harrow bridge opened in 1937. Fog often hides it all.",
    }
    responses = [{"expert_name": name, "content": text} for name, text in texts.items()]
    asked = {"question": "What of the bridge?", "responses": responses}
    return find_consensus(asked, method="centre", weights={"ann": 2})


def test_statements_of_long_answers(shown):
    """What is agreed, disputed with values, and said by one alone; marks in words in a pipe."""
    text = shown(bridge())
    for part in (
        "The Harrow bridge opened in 1931. [disputed by cem]",
        "Zebras graze below it. [unsupported]",
        "2 of 3 statements",
        "\nAgreed\n  3 of 3: It is 420 metres long.\n",
        "\nDisputed\n  1931: ann, ben · 1937: cem\n    ann: The Harrow bridge opened in 1931.\n",
        "\nOnly one says\n",
        "  ann: Zebras graze below it.\n",
    ):
        assert part in text
    assert "only here" not in text


def test_statements_in_colour(shown):
    """Unsupported statements are dimmed, disputed ones yellow, without words for the former."""
    text = shown(bridge(), colour=True)
    assert re.search(r"\x1b\[2mZebras graze below it", text)
    assert re.search(r"\x1b\[33mThe Harrow bridge opened", text)
    assert "[unsupported]" not in text


def test_a_batch_lists_the_least_support(shown, consensus_of):
    """Questions of long answers, the least supported first, and experts by their support."""
    text = shown(bridge(), consensus_of(), replace(bridge(), question="least", support=0.001))
    assert "support of statements on 2 questions, 2 with disputes:\n   <1 %  least\n" in text
    names = re.findall(r"(ann|ben|cem) \d+ %", text.partition("mean support by expert:")[2])
    assert sorted(names) == ["ann", "ben", "cem"]


@given(st.text(max_size=200), st.integers(20, 60))
def test_marked_answers_of_any_text(text, width):
    """Whatever is said, an answer with marks fits the lines and keeps nothing that acts."""
    result = find_consensus([text + ". A b c. D e f.", "A b c. X y z.", text], method="centre")
    marked = marked_answer(result, colours=False)
    if marked is not None:
        clipped, _ = clip_marked(marked, width, 5)
        assert clipped.plain.count("\n") < 5
        assert visible(clipped.plain) == clipped.plain
