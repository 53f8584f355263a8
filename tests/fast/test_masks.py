"""Masks of log lines against their oracle; the way by blocks against the way by bytes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import reference
from cotool._fast.logs import forms

PIECES = (
    *("a", "ab", "word", "Error", "user", "deadbeef", "deadbeef12", "BEEF", "face", "be", "x"),
    *("0x1f", "12", "1", "007", "20240102", "1117838570", "9" * 20, "9" * 80, "blk_", "rdd_1_2"),
    *("attempt_1445144423722_0020_m_000001_0", "x1y2z3w4q5", "a1" * 40, "w" * 63, "w" * 65),
    *("-1", "+5", "-", "+", "--", "->", "/", "//", "/a/b", "/usr/lib/x.so.", "http://", "c:\\x"),
    *(":", "::", "(", ")", "[", "]", "{", "}", ",", ";", "=", '"', "'", "|", "<", ">", "*", "."),
    *("_", "#", "@", "~", "%", "\\", "1.2.3.4", "1.5x", "10.250.19.102:54106", "é", "\xff"),
    *("12:34:56", "12:34", "2024-01-02", "2024-01-02T03:04:05.678Z", "2005.06.03", "17/06/09"),
    *("Jun  9 06:06:20", "Sun Jul 17 15:09:16 2005", "Jul 17", "Sun", "Jan 1 01:02:03 UTC 2024"),
    *("aa:bb:cc:dd:ee:ff", "fe80::1:2", "::1", "a:b:c:d", "http://u.v/w"),
    *('"GET ', '"PUT /u/17', ' HTTP/1.1" 200', '" 404 ', "/users/ab-12345", "/v1.2/x?y=1;z"),
    *("aa-bb-cc-dd-ee-ff", "12345678-1234-1234-1234-123456789abc", "\x01", "\x7f", "\0"),
)
SPACES = st.sampled_from(["", "", " ", " ", "  ", "   ", "\t", " \t"])


def messages(longest: int = 24) -> st.SearchStrategy[str]:
    piece = st.one_of(st.sampled_from(PIECES), st.text(st.characters(codec="latin-1"), max_size=4))
    return st.lists(st.tuples(piece, SPACES), max_size=longest).map(
        lambda pairs: "".join(a + b for a, b in pairs).replace("\n", " ")
    )


def mask(message, *, plain=False):
    """The form of a message behind a header that tells the time."""
    line = b"2024-03-01 12:00:00 INFO " + message.encode("latin-1")
    _, form, start, _, spans = forms.mask(line, plain)
    return form.decode("latin-1"), [(a - start, b - start) for a, b in spans]


@given(messages())
@example("Took 12.5 ms for 7 of -3")
@example("src: /10.250.19.102:54106 dest: /10.250.10.6:50010")
@example('x "GET /a/app-b.0010c696.min.js?v=2 HTTP/1.1" 200')
@example('x "GET /chunk-5YJ4XK2L.js.map HTTP/1.1" 200 /a.b.0010c69.js')
def test_masks_are_the_oracles(message):
    """What is a parameter, and what stays, is what the rules say, byte by byte."""
    message = message.strip(" \t")
    if message[:1] in {"", "[", "(", "|", "-", "{"} or len(message) > 800:
        return
    line = b"2024-03-01 12:00:00 INFO " + message.encode("latin-1")
    signature, form, start, _, spans = forms.mask(line, True)
    if signature != b"d-d-d d:d:d L" or start != 25:
        return  # more of the message reads like a header
    wanted, parameters = reference.mask_message(message)
    assert form.decode("latin-1") == wanted
    assert [(a - start, b - start) for a, b in spans] == parameters[: len(spans)]


@given(st.one_of(messages(), messages(300)))
@example("://" * 30)
@example("x://y z9://y a://")
@example("ab:cd:ef:01:23:45 fe80::1 c:\\temp a::b dead:beef")
@example("w" * 64 + " " + "w" * 65 + "1")
def test_blocks_say_what_bytes_say(line):
    """Looking at 64 bytes at a time changes nothing, wherever the blocks begin."""
    data = line.encode("latin-1")
    assert forms.mask(data) == forms.mask(data, True)
    shifted = b"2024-03-01 12:00:00 " + data
    assert forms.mask(shifted) == forms.mask(shifted, True)


HEADS = (
    *(
        "2024-03-01 12:00:00",
        "2024-03-01",
        "12:00:00,123",
        "Jun  9 06:06:20",
        "1117838570",
        "<34>1",
    ),
    *(
        "<34>2",
        "<13>",
        "[Sun Dec 04 04:47:44 2005]",
        "17/06/09 20:10:40",
        "E0102",
        "20240102",
        "12",
    ),
    *("Info", "debug1", "[debug2]", "debug9", "[debug9]", "1017838570", "2117838570"),
    *("INFO", "WARN", "info:", "UTC", "E", "-", "|", "[12]", "[main]", "sshd[12]:", "host", "Jun"),
    *("127.0.0.1 - -", "[07/Mar/2026:10:00:00 +0000]", 'level=info msg="a 1"', '{"msg":"x 1"}'),
)


@given(st.lists(st.lists(st.tuples(st.sampled_from(HEADS), SPACES), max_size=6), max_size=30))
def test_lines_before_change_nothing(lines):
    """What was learned of the heads of other lines spares work and nothing else."""
    for line in lines:
        data = "".join(a + b for a, b in line).encode()
        assert forms.mask(data) == forms.mask(data, True)


@pytest.mark.parametrize(
    ("message", "form"),
    [
        ("Took 12 ms", "Took \1 ms"),
        ("core.862 at 0x1F, id=ab12cd34", "core.\1 at \1, id=\1"),
        ("mac 00:0a:95:9d:68:16 up", "mac \1 up"),
        ("from fe80::1ff:fe23:4567:890a%eth0", "from \1%eth\1"),
        ("at 12:30 and 23:59:59,123", "at \2 and \2"),
        ("GET http://a.b/c?d=1 done", "GET http://\1 done"),
        ("open c:\\temp\\x.log failed", "open \1 failed"),
        ("connection from 1.2.3.4 () at Sun Jul 17 15:09:16 2005", "connection from \1 () at \2"),
        ("the bees feed on added seed", "the bees feed on added seed"),
        ("deadbeef cafebabe12", "\1 \1"),
    ],
)
def test_shapes(message, form):
    """Numbers, hexadecimal words, addresses, times, URLs and paths are parameters."""
    assert mask(message)[0] == form


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2024-03-01 12:00:00,123 [main] WARN  disk full", "[main] WARN  disk full"),
        ("[Sun Dec 04 04:47:44 2005] [error] mod_jk child died", "mod_jk child died"),
        ("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: session closed", "session closed"),
        ("<34>1 2003-10-11T22:14:15.003Z host su - ID47 - failed", "su - ID\1 - failed"),
        ("081109 203518 143 INFO dfs.DataNode: done", "dfs.DataNode: done"),
        ("E0102 03:04:05.678901 12345 file.go:123] failed", "failed"),
        ("2024-03-01 12:00:00 CEST GET /x", "GET /x"),
        ("2024-03-01 12:00:00 INFO SET key", "SET key"),
        (
            "17/06/09 20:10:40 INFO executor.Executor: Running task",
            "executor.Executor: Running task",
        ),
        (
            '127.0.0.1 - bob [07/Mar/2026:10:00:00 +0000] "GET /a/b HTTP/1.1" 200 5',
            '"GET /a/b HTTP/1.1" 200 \1',
        ),
        ('ts=1 level=info caller=main.go:3 msg="took 5 ms" n=4', "took \1 ms"),
        ("a=1 msg=2 c", "a=\1 msg=\1 c"),
        ("Error opening socket", "Error opening socket"),
        ('{"level":"info","msg":"took 5 ms","n":1}', "took \1 ms"),
    ],
)
def test_headers(line, message):
    """Time, level, host and process are set apart where their shape alone tells."""
    assert forms.mask(line.encode())[1].decode() == message


def test_levels_of_the_cpu_say_the_same():
    """Every instruction set gives the same forms."""
    program = (
        "import sys, hashlib; from cotool._fast.logs import forms\n"
        "lines = sys.stdin.buffer.read().split(b'\\n')\n"
        "print(hashlib.sha256(repr([forms.mask(x) for x in lines]).encode()).hexdigest())"
    )
    data = "\n".join(
        a + s + b + s + c
        for a in PIECES
        for b in PIECES[::3]
        for s, c in (("", "x"), (" ", "12"), (" - ", "/a/b"))
    ).encode("latin-1")
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=data,
            capture_output=True,
            check=True,
            env={**os.environ, "COTOOL_CPU": level},
        ).stdout
        for level in ("avx512", "avx2", "plain")
    }
    assert len(found) == 1


def test_long_lines_end_in_a_parameter():
    """A form has at most a kibibyte; what comes after is one parameter more."""
    for line in (b"word " * 2000, b"w1 " * 2000, b"a" * 100_000, b"/" * 5000, b"\t" * 9000 + b"x"):
        _, form, *_ = forms.mask(line)
        assert len(form) <= 1024 + 128
        assert forms.mask(line) == forms.mask(line, True)


@pytest.mark.parametrize(
    ("amount", "parameter", "unit"),
    [
        ("1m30s", "1m30", "s"),
        ("1h2m3.25s", "1h2m3.25", "s"),
        ("1s200ms", "1s200", "ms"),
        ("2d4h", "2d4", "h"),
        ("-1m30s", "-1m30", "s"),
        ("100B", "100", "B"),
        ("7.527ms", "7.527", "ms"),
        ("00012B", "00012B", ""),
        ("5f3d", "5f3d", ""),
    ],
)
def test_amounts_with_units_are_one_parameter(amount, parameter, unit):
    """A duration in several units, and a size in bytes, are one number; hexadecimal numbers not."""
    line = f"INFO took {amount} in all".encode()
    _, message, *_, spans = forms.mask(line)
    assert message.decode() == f"took \x01{unit} in all"
    assert [line[low:high].decode() for low, high in spans] == [parameter]


def test_durations_in_several_units_are_added_up():
    """The number is in the last of its units."""
    table = forms.Forms([1])
    for text in ("1m30s", "1h2m3s", "5m0s", "1m0.5s"):
        table.add(f"INFO took {text}".encode(), 2)
    ((*_, least, greatest, _, _, _),) = table.export()
    assert (least, greatest) == ([60.5], [3723.0])
