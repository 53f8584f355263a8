"""Whole sessions of `cotool consensus`, through reader, analysis and output."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

READ = "cotool: questions with their answers: question: `question`, answers: `responses`\n"
SAMPLE = {
    "question": "Which port does the service listen on?",
    "responses": [
        {"expert_name": "ann", "content": "It listens on port 8080. The answer is 8080."},
        {"expert_name": "bob", "content": "The answer is 8080."},
        {"expert_name": "cid", "content": "I read the file: the answer is 9090."},
    ],
}


@pytest.fixture
def sample(tmp_path):
    """Give a file of one question with three experts."""
    path = tmp_path / "sample.json"
    path.write_text(json.dumps(SAMPLE), encoding="utf-8")
    return path


@pytest.fixture
def labels(tmp_path):
    """Give a CSV file of two hundred questions with three workers each."""
    path = tmp_path / "labels.csv"
    rows = [
        f"q{n},{worker},{'yes' if n % 2 or worker != 'w3' else 'no'}\n"
        for n in range(200)
        for worker in ("w1", "w2", "w3")
    ]
    path.write_text("question,worker,answer\n" + "".join(rows), encoding="utf-8")
    return path


def cotool(*arguments, **options):
    """Start cotool as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cotool", *map(str, arguments)],
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=options.pop("stderr", subprocess.PIPE),
        **options,
    )


def test_one_question_as_a_report(command, sample):
    """A question with a majority is answered, with the dissenter named."""
    outcome = command("consensus", sample)
    assert outcome.code == 0
    assert outcome.err == READ
    assert "Which port does the service listen on?" in outcome.out
    assert "agreement 67 % (2 of 3 experts)" in outcome.out
    assert "cid (33 %" in outcome.out


def test_one_question_as_json(command, sample):
    """The JSON holds the answer, who dissents, and the schema."""
    result = json.loads(command("consensus", sample, "--json").out)
    assert result["answer"] == "8080"
    assert result["agreement"] == pytest.approx(2 / 3, abs=1e-6)
    assert [item["experts"] for item in result["dissent"]] == [["cid"]]
    assert result["schema"] == "cotool.consensus/1"
    assert result["question"] == SAMPLE["question"]


def test_gzip_from_standard_input(command):
    """A gzipped file in a pipe needs no flag."""
    data = gzip.compress(json.dumps(SAMPLE).encode())
    assert json.loads(command("consensus", "--json", stdin=data).out)["answer"] == "8080"


def test_labels_as_csv(command, labels):
    """A batch is a row a question, in input order, and no matter how many threads."""
    one = command("consensus", labels, "-f", "csv", "-t", "1")
    two = command("consensus", labels, "-f", "csv", "-t", "2")
    assert one.code == 0
    assert one.out == two.out
    table = list(csv.DictReader(io.StringIO(one.out)))
    assert [row["question"] for row in table] == [f"q{n}" for n in range(200)]
    assert {row["answer"] for row in table} == {"yes"}


def test_labels_as_a_table(command, labels):
    """A batch ends in a summary."""
    out = command("consensus", labels).out
    assert "200 questions · mean agreement 83 % · dissent on 100" in out
    assert len(out.splitlines()) == 1 + 200 + 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"question": "q", "responses": [{"expert": "a"}]}', "sample.json"),
        ('{"question": ', "sample.json"),
        ("", "sample.json"),
    ],
)
def test_bad_input_is_one_error(command, sample, text, message):
    """Bad input ends in 2 with the file's name and a hint, and leaves no output behind."""
    sample.write_text(text)
    target = sample.with_name("out.json")
    outcome = command("consensus", sample, "-o", target)
    assert outcome.code == 2
    assert outcome.err.startswith("cotool: error: ")
    assert message in outcome.err
    assert "hint: " in outcome.err
    assert list(sample.parent.glob("*out*")) == []
    assert list(sample.parent.glob("*.part")) == []


def test_missing_file(command, tmp_path):
    """A pattern that the shell did not expand is a file that is not there."""
    outcome = command("consensus", tmp_path / "*.json")
    assert outcome.code == 2
    assert "*.json" in outcome.err


def test_fail_on_low_agreement(command, sample):
    """A continuous-integration check fails on low agreement."""
    assert command("consensus", sample, "--fail-on", "agreement<0.5").code == 0
    assert command("consensus", sample, "--fail-on", "agreement<0.9").code == 1


def test_bad_setting_of_threads(command, sample, monkeypatch):
    """A bad setting of threads ends in 2, from wherever it comes."""
    monkeypatch.setenv("COTOOL_NUM_THREADS", "many")
    outcome = command("consensus", sample)
    assert outcome.code == 2
    assert "COTOOL_NUM_THREADS" in outcome.err


def test_closed_pipe_ends_quietly(labels):
    """When the reader goes, cotool ends with 141 and says nothing."""
    source = labels.read_text()
    header, _, body = source.partition("\n")
    labels.write_text(
        header + "\n" + "".join(body.replace("q", f"{n}-") for n in range(20)), encoding="utf-8"
    )
    process = cotool("consensus", labels, "-f", "jsonl")
    assert process.stdout.readline().startswith(b'{"question": ')
    process.stdout.close()
    assert process.stderr.read().startswith(b"cotool: ")
    process.stderr.close()
    assert process.wait(timeout=30) == 141


@pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows")
def test_interrupt_ends_with_130_and_no_output(tmp_path):
    """Ctrl-C ends with 130, says nothing, and leaves no file."""
    target = tmp_path / "out.jsonl"
    process = cotool(
        "consensus", "-", "-q", "-o", target, stdin=subprocess.PIPE, start_new_session=True
    )
    process.stdin.write(b'{"question": "q", "responses": ["a", "b"]}\n' * 5_000)
    process.stdin.flush()
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob(".*.part")):
        assert process.poll() is None
        assert time.monotonic() < deadline, "no output was begun"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == b""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are of Unix")
@pytest.mark.parametrize(
    ("settings", "map_shown", "box_shown"),
    [({}, True, True), ({"NO_COLOR": "1"}, False, True), ({"TERM": "dumb"}, False, True)],
)
def test_on_a_terminal(tmp_path, settings, map_shown, box_shown):
    """A terminal gets boxes and a heat map, the latter only where there is colour."""
    import pty

    responses = [f"The {word} bridge over the river is safe to cross." for word in ("old", "new")]
    sample = tmp_path / "bridge.json"
    sample.write_text(json.dumps({"question": "Is it safe?", "responses": responses}))
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **settings}
    process = cotool(
        "consensus", sample, "--metric", "cosine", "--method", "centre",
        stdin=theirs, stdout=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 1 << 16):
            shown += block
    except OSError:  # Linux ends a pseudo-terminal with an error
        pass
    os.close(ours)
    assert process.stderr.read().decode() == READ
    process.stderr.close()
    assert process.wait(timeout=30) == 0
    text = shown.decode()
    assert ("▀" in text) is map_shown
    assert ("╭" in text) is box_shown
    assert bool(re.search(r"\x1b\[38", text)) is map_shown


def test_a_pipe_gets_no_colour(sample):
    """A process in a pipe writes UTF-8 without escape sequences."""
    process = cotool("consensus", sample, env={**os.environ, "TERM": "xterm-256color"})
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert err.decode() == READ
    assert b"\x1b" not in out
    assert max(map(len, out.decode().splitlines())) <= 80


def test_a_weight_for_nobody_is_told(command, labels):
    """A misspelt expert in --weight does not pass in silence."""
    outcome = command("consensus", labels, "--weight", "nobody=3", "-f", "csv")
    assert outcome.code == 0
    assert "a weight is given for 'nobody', who answered no question" in outcome.err
