"""Where lines come from: names, compression, encodings, rotation, and what goes wrong."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from cotool import analyze_logs
from cotool.errors import InputError
from cotool.io.compression import compression_of, decompressed
from cotool.logs.scan.rotation import in_time_order
from cotool.logs.scan.sources import LogStream, PlainFile, find_sources, open_source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LINES = b"".join(b"2024-03-01 12:00:%02d INFO line %d\n" % (n % 60, n) for n in range(5000))
PACKED = {
    "gzip": gzip.compress,
    "zstd": zstd.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


def read_all(path):
    """All that a source gives, and the error at its end."""
    data = b""
    with open_source(find_sources([path])[0]) as opened:
        assert isinstance(opened, LogStream)
        opened.peek()
        try:
            while block := opened.read():
                data += block
        except InputError as error:
            return data, str(error)
    return data, None


@pytest.mark.parametrize("kind", PACKED)
def test_compression_is_known_by_content(kind, tmp_path):
    """Whatever the name says, the first bytes tell; several members follow each other."""
    path = tmp_path / "app.log"
    path.write_bytes(PACKED[kind](LINES[:1000]) + PACKED[kind](LINES[1000:]))
    assert compression_of(path.read_bytes()) == kind
    assert read_all(path) == (LINES, None)
    summary = analyze_logs(path)
    assert (summary.counts.lines, summary.files[0].compression) == (5000, kind)


@pytest.mark.parametrize("kind", PACKED)
def test_truncated_data_counts_up_to_where_it_ends(kind, tmp_path):
    """What can be read is given; then the error names the file."""
    path = tmp_path / "app.log"
    noise = b"".join(os.urandom(20).hex().encode() + b"\n" for _ in range(60_000))
    path.write_bytes(PACKED[kind](noise)[:-2000])
    data, error = read_all(path)
    assert noise.startswith(data)
    assert len(data) > len(noise) // 2
    assert str(path) in error
    assert "too early" in error


@pytest.mark.parametrize("kind", PACKED)
def test_damage_and_trailing_garbage_are_told(kind, tmp_path):
    """Flipped bytes and foreign bytes at the end are errors; zeros at the end are none."""
    path = tmp_path / "app.log"
    packed = PACKED[kind](LINES)
    path.write_bytes(packed + b"\0" * 512)
    assert read_all(path) == (LINES, None)
    path.write_bytes(packed + b"something else")
    assert read_all(path)[0] == LINES
    assert "something else follows" in read_all(path)[1]
    middle = len(packed) // 2
    path.write_bytes(packed[:middle] + b"\xff" * 40 + packed[middle + 40 :])
    assert "damaged" in read_all(path)[1]


@pytest.mark.parametrize("kind", PACKED)
def test_a_bomb_takes_constant_memory(kind):
    """Megabytes of zeros in a small file come in pieces."""
    packed = PACKED[kind](bytes(24 << 20))
    at = 0

    def read(size):
        nonlocal at
        at += size
        return packed[at - size : at]

    tracemalloc.start()
    total = sum(len(piece) for piece in decompressed(read, kind, "bomb"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 24 << 20
    assert most < 16 << 20


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark(encoding, tmp_path):
    """UTF-16 is recognised by the zeros beside its first letters."""
    path = tmp_path / "wide.log"
    path.write_bytes("2024-03-01 12:00:00 ERROR x\n".encode(encoding))
    assert analyze_logs(path).counts.levels["error"] == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_utf16_with_a_mark_is_read(encoding, tmp_path):
    """A byte order mark tells the encoding, also of compressed text."""
    text = "2024-03-01 12:00:00 ERROR größer\n" * 3
    data = text.encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    path = tmp_path / "app.log"
    path.write_bytes(data)
    assert read_all(path) == (text.encode(), None)
    path.write_bytes(gzip.compress(data))
    assert analyze_logs(path).counts.levels["error"] == 3


def test_a_utf8_mark_is_no_text(tmp_path):
    """The mark at the start hides no timestamp."""
    path = tmp_path / "app.log"
    path.write_bytes(b"\xef\xbb\xbf2024-03-01 12:00:00 ERROR a\n2024-03-01 12:00:00 ERROR b\n")
    with open_source(find_sources([path])[0]) as opened:
        assert isinstance(opened, PlainFile)
        assert opened.start == 3
    assert analyze_logs(path).counts.levels["error"] == 2


def test_names_globs_and_folders(tmp_path, monkeypatch):
    """Globs are expanded, folders are walked with -r, and no file is read twice."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("a.log", "b.log", "sub/c.log", ".hidden.log"):
        (tmp_path / name).write_bytes(b"x\n")
    (tmp_path / "program").write_bytes(b"\x7fELF\0\0\0")
    (tmp_path / "wide.log").write_bytes("x\n".encode("utf-16"))
    os.link("a.log", "same.log")

    def names(*paths, **how):
        return [source.path for source in find_sources(paths, **how)]

    assert names("*.log") == ["a.log", "b.log", "wide.log"]
    assert names("a.log", "a.log", "same.log") == ["a.log"]
    folder = find_sources(["[as]*"])[-1]
    assert (folder.path, folder.problem) == ("sub", "is a folder")
    assert names(".", recursive=True) == ["./a.log", "./b.log", "./wide.log", "./sub/c.log"]
    with pytest.raises(InputError, match="is a folder"):
        names("sub")
    with pytest.raises(InputError, match="No such file"):
        names("missing.log")
    with pytest.raises(InputError, match="cannot be read"):
        names("no*.txt")
    (tmp_path / "[x].log").write_bytes(b"x\n")
    assert names("[x].log") == ["[x].log"]


def test_rotated_logs_come_in_time_order():
    """The oldest first; sets stay where they were given."""
    given = [
        "b.log",
        "v/app.log",
        "v/app.log.1",
        "v/app.log.10.gz",
        "v/app.log.2.gz",
        "x-20240302.log",
        "x-20240301.log.gz",
        "x.log",
        "w.1.log",
        "w.log",
        "y.log.2024-01-02",
        "y.log.2024-01-01.zst",
    ]
    assert in_time_order(given, str) == [
        "b.log",
        "v/app.log.10.gz",
        "v/app.log.2.gz",
        "v/app.log.1",
        "v/app.log",
        "x-20240301.log.gz",
        "x-20240302.log",
        "x.log",
        "w.1.log",
        "w.log",
        "y.log.2024-01-01.zst",
        "y.log.2024-01-02",
    ]


def test_files_without_content_and_of_proc(tmp_path):
    """An empty file has no lines; a file that says it is empty and is not is read."""
    path = tmp_path / "empty.log"
    path.write_bytes(b"")
    assert analyze_logs(path).counts.lines == 0
    if Path("/proc/version").exists():
        assert analyze_logs("/proc/version").counts.lines == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    """Its error is told, and the others count."""
    bad, good = tmp_path / "bad.log", tmp_path / "good.log"
    bad.write_bytes(b"x\n")
    good.write_bytes(b"x\n")
    bad.chmod(0)
    summary = analyze_logs([bad, good])
    assert summary.counts.lines == 1
    assert "Permission denied" in summary.files[0].error


def test_a_fifo_is_a_stream(tmp_path):
    """What a process writes is read to its end."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(LINES))
    writer.start()
    assert analyze_logs(path).counts.lines == 5000
    writer.join()


def test_reading_ahead_ends_with_the_reader(tmp_path):
    """A stream that is given up leaves no thread behind."""
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress(os.urandom(8 << 20)))
    before = threading.active_count()
    with open_source(find_sources([path])[0]) as opened:
        opened.read()
    assert threading.active_count() == before


def test_a_line_from_a_pipe_is_not_held_back(tmp_path):
    """Standard input is counted as it comes: nobody waits for a full block."""
    program = (
        "from cotool.logs.scan.sources import *\n"
        "with open_source(find_sources(['-'])[0]) as opened: print(opened.read())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(b"one line\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"b'one line\\n'\n"
        process.stdin.close()


def test_a_limit_of_decompressed_logs(tmp_path):
    """A log that is longer when decompressed than allowed is counted up to a block before that."""
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress(b"2026-01-01 00:00:00 ERROR no\n" * 200_000))
    found = analyze_logs(path, max_decompressed=2 << 20)
    assert 0 < found.counts.lines < 200_000
    assert "is longer than 2.1 MB when decompressed" in found.files[0].error
    assert analyze_logs(path, max_decompressed=8 << 20).counts.lines == 200_000
    with pytest.raises(InputError, match=r"^max_decompressed: 0 is less than 1$"):
        analyze_logs(path, max_decompressed=0)


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("share", [0.05, 0.95])
def test_what_stands_before_damage_is_counted(kind, share, tmp_path):
    """All of it, but for the block that the damage is in, and the error says where it is."""
    lines = b"".join(b"INFO %s\n" % os.urandom(20).hex().encode() for _ in range(8_000))
    checked = {zstd.CompressionParameter.checksum_flag: 1}
    pack = {
        "zstd": lambda text: zstd.compress(text, options=checked),
        "bzip2": lambda text: bz2.compress(text, 1),
    }.get(kind, PACKED[kind])
    packed = pack(lines)
    at = int(len(packed) * share)
    bad = packed[:at] + bytes(40) + packed[at + 40 :]
    before = packed + bytes(64)
    path = tmp_path / "app.log"
    path.write_bytes(before + bad)
    data, error = read_all(path)
    assert data.startswith(lines)
    # The damage is found within a block of the format, at the latest by the check at the end.
    place = int(re.search(r"near byte ([\d,]+)", error)[1].replace(",", ""))
    assert len(before) + at <= place <= len(before) + len(bad)
    block = {"gzip": 0, "bzip2": 100_000, "xz": 0, "zstd": 1 << 17}[kind]
    least = int(len(lines) * share) - block - 3_000
    assert data[len(lines) :][: max(0, least)] == lines[: max(0, least)]
