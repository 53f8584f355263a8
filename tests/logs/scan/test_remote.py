"""Logs of remote storage, read from servers on loopback: what a copy on disk would give."""

from __future__ import annotations

import gc
import gzip
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cotool.errors import InputError, MissingExtraError
from cotool.io.remote import describe, shown
from cotool.logs.api import analyze_logs
from cotool.logs.options import LogOptions
from cotool.logs.report.as_json import to_dict

pytest.importorskip("fsspec", reason="remote inputs need fsspec")
pytest.importorskip("aiohttp", reason="http needs aiohttp")

LINE = "2024-03-01 12:%02d:%02d,%03d %s request %d took %d ms\n"
LEVELS = ("INFO", "INFO", "INFO", "ERROR", "WARN")


def log(count):
    """A log whose every fifth record has a further line."""
    lines = []
    for n in range(count):
        lines.append(LINE % (n // 60 % 60, n % 60, n % 1000, LEVELS[n % 5], n, n * 7 % 900))
        if n % 5 == 3:
            lines.append(f"  at some.place(File.java:{n})\n")
    return "".join(lines).encode()


class Server(ThreadingHTTPServer):
    """Serves `objects` by path; `ranges`: as parts, too; `failures`: the next replies are 503."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects, self.ranges, self.failures, self.asked = {}, True, 0, []

    def url(self, name):
        """Return the URL of an object."""
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def do_HEAD(self):
        """Describe an object."""
        self.reply(body=False)

    def do_GET(self):
        """Send an object, or a part."""
        self.reply(body=True)

    def reply(self, *, body):
        """Answer as the server is set to."""
        server = self.server
        server.asked.append((self.command, self.path, self.headers.get("Range")))
        data = server.objects.get(self.path.partition("?")[0].strip("/"))
        if server.failures and body:
            server.failures -= 1
            self.send_response(503)
            data = b""
        elif data is None:
            self.send_response(404)
            data = b""
        elif isinstance(data, int):
            self.send_response(data)
            data = b""
        else:
            wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
            if wanted and server.ranges:
                begin, end = int(wanted[1]), min(int(wanted[2]) + 1, len(data))
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(data)}")
                data = data[begin:end]
            else:
                self.send_response(200)
            if server.ranges:
                self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", "Sat, 02 Mar 2024 00:00:00 GMT")
        self.end_headers()
        if body:
            self.wfile.write(data)


@contextmanager
def served():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            close_sessions()
            server.shutdown()
            thread.join()


def close_sessions():
    """End the connections that fsspec keeps, which would be told as leaks at some later time."""
    from fsspec.implementations.http import HTTPFileSystem

    from cotool.io.remote import _system

    _system.cache_clear()
    for system in list(HTTPFileSystem._cache.values()):
        if system._session is not None:
            system.close_session(system.loop, system._session)
    HTTPFileSystem.clear_instance_cache()
    gc.collect()


@pytest.fixture
def server():
    """An HTTP server on loopback."""
    with served() as started:
        yield started


@pytest.fixture
def quick(monkeypatch):
    """Tries follow each other at once."""
    monkeypatch.setattr("cotool.io.remote._PAUSE", 0.001)


def told(summary):
    """What a summary says, but for the names of files."""
    document = to_dict(summary)
    for file in document["files"]:
        del file["path"]
    for sample in document["samples"]:
        del sample["file"]
    return json.dumps(document) + repr(list(summary.templates or ()))


def locally(tmp_path, data, **given):
    path = tmp_path / "copy.log"
    path.write_bytes(data)
    return told(analyze_logs(path, **given))


GIVEN = {"patterns": {"slow": r"8\d\d ms"}, "show": 4, "context": 1, "templates": True}


def test_a_plain_object_gives_what_its_copy_gives(server, tmp_path):
    """Ranges of an object are read, and samples, templates and figures are those of a file."""
    server.objects["app.log"] = data = log(30_000)
    found = analyze_logs(server.url("app.log"), **GIVEN)
    assert told(found) == locally(tmp_path, data, **GIVEN)
    assert sum(1 for _, _, part in server.asked if part) > 10


def test_small_blocks_change_nothing(server, tmp_path, monkeypatch):
    """Blocks far smaller than the object, freed behind the scan, give the same."""
    monkeypatch.setattr("cotool.logs.scan.remote_files.BLOCK", 200_000)
    server.objects["app.log"] = data = log(30_000)
    assert told(analyze_logs(server.url("app.log"), **GIVEN)) == locally(tmp_path, data, **GIVEN)


def test_ranges_of_an_object_give_what_its_copy_gives(server, tmp_path, monkeypatch):
    """Several tasks on one object, and lines longer than what is looked ahead, add up."""
    monkeypatch.setattr("cotool.logs.scan.cluster.RANGE", 100_000)
    monkeypatch.setattr("cotool.logs.scan.cluster._LARGEST", 100_000)
    data = log(6_000)
    middle = data.index(b"\n", len(data) // 2) + 1
    data = data[:middle] + b"x" * 300_000 + b"\n" + data[middle:]
    server.objects["app.log"] = data
    found = analyze_logs(server.url("app.log"), **GIVEN)
    assert told(found) == locally(tmp_path, data, **GIVEN)


@pytest.mark.parametrize("name", ["app.log.gz", "gzip-without-a-suffix"])
def test_compression_is_known_by_content(server, tmp_path, name):
    """A compressed object is undone whatever it is called."""
    server.objects[name] = gzip.compress(log(3000))
    found = analyze_logs(server.url(name))
    assert found.files[0].compression == "gzip"
    assert found.counts == analyze_logs(write(tmp_path, log(3000))).counts


def write(tmp_path, data):
    path = tmp_path / "copy.log"
    path.write_bytes(data)
    return path


def test_a_server_without_ranges_is_read_from_start_to_end(server, tmp_path):
    """Where ranges are ignored the object is read once as a stream."""
    server.ranges = False
    server.objects["app.log"] = data = log(3000)
    found = analyze_logs(server.url("app.log"))
    assert found.counts == analyze_logs(write(tmp_path, data)).counts


def test_failures_that_pass_are_tried_again(server, quick):
    """A server that is busy for a moment costs nothing but time."""
    server.objects["app.log"] = data = log(10)
    found = describe(server.url("app.log"))
    server.failures = 3
    assert found.read(10, 90) == data[10:90]


def test_failures_that_last_are_told(server, quick):
    """After some tries the error names the object, and what the server said."""
    server.objects["app.log"] = log(10)
    found = describe(server.url("app.log"))
    server.failures = 99
    with pytest.raises(InputError, match=r"app\.log: cannot be read: .*503"):
        found.read(10, 90)


def test_what_is_absent_or_forbidden_is_told_without_secrets(server, quick):
    """Messages name the object without user, password and query."""
    server.objects["locked.log"] = 403
    with pytest.raises(InputError, match="not found") as absent:
        analyze_logs(server.url("nothing.log?sig=SECRET"))
    with pytest.raises(InputError, match="access was refused") as locked:
        analyze_logs(server.url("locked.log?sig=SECRET"))
    for error in (absent.value, locked.value):
        assert "SECRET" not in f"{error} {error.hint}"


def test_a_signed_url_stands_in_no_result(server):
    """Its query is sent to the server and is neither in figures nor in samples."""
    server.objects["app.log"] = log(20)
    found = analyze_logs(server.url("app.log?sig=SECRET"), show=2)
    assert any("SECRET" in path for _, path, _ in server.asked)
    assert "SECRET" not in json.dumps(to_dict(found))
    assert "SECRET" not in repr(found)


def test_secrets_are_left_out_of_urls():
    """User, password, query and fragment go; the container of an Azure URL stays."""
    assert shown("https://me:pw@host:80/a/b?sig=1#x") == "https://host:80/a/b"
    assert shown("abfs://logs@account.dfs.core.windows.net/a?sas=1") == (
        "abfs://logs@account.dfs.core.windows.net/a"
    )
    assert shown("s3://bucket/key") == "s3://bucket/key"


def test_a_missing_backend_names_the_extra(monkeypatch):
    """Without the package of a kind of storage the error says what to install."""
    import sys

    from cotool.io.remote import _system

    _system.cache_clear()
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(MissingExtraError, match=r"gs://bucket/app\.log") as error:
        analyze_logs("gs://bucket/app.log")
    assert error.value.hint == "pip install 'cotool[remote]'"
    with pytest.raises(InputError, match="nosuch://x"):
        analyze_logs("nosuch://x")


def test_what_needs_order_is_read_in_order(server, tmp_path, capfd):
    """Records of a remote log are written line by line, as of a file."""
    from cotool.cli.app import main

    server.objects["app.log"] = data = log(500)
    main(["analyze-logs", server.url("app.log"), "--records", str(tmp_path / "far"), "-q"])
    main(["analyze-logs", str(write(tmp_path, data)), "--records", str(tmp_path / "near"), "-q"])
    assert (tmp_path / "far").read_bytes() == (tmp_path / "near").read_bytes() != b""


def test_options_are_checked_as_ever():
    """A filter that cannot be read is told before anything is fetched."""
    with pytest.raises(InputError, match="levels: 'loud'"):
        LogOptions(levels=["loud"])
