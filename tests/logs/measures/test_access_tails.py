"""What nginx writes behind a combined line: times and addresses of upstreams, or lists of them."""

from __future__ import annotations

import pytest

import cotool

COUNT = 60
RT = [n / 8 + 1 for n in range(COUNT)]
TAILS = {
    "times": (lambda n: f"{RT[n] / 2:.3f}{', 0.050' * (n % 5 == 0)} {RT[n]:.3f}", "rt", 0),
    "addresses": (
        lambda n: f"10.1.2.3:80{', 10.1.2.4:80' * (n % 5 == 0)} 0.100 {RT[n]:.3f}", "rt", 0,
    ),
    "list": (lambda n: f"{RT[n]:.3f}, 0.500", "rt", COUNT / 2),
    "some lists": (lambda n: f"{RT[n]:.3f}{', 0.500' * (n % 2)}", "rt", COUNT / 4),
    "quoted": (lambda n: f'"{RT[n]:.3f}{", 0.500" * (n % 2)}"', "rt", COUNT / 4),
    "no answer": (lambda n: f"{RT[n]:.3f}{', -' * (n % 2)}", "rt", 0),
    "redirected": (lambda n: f"{RT[n]:.3f} : 0.500", "rt", COUNT / 2),
    "named": (lambda n: f"rt={RT[n]:.3f} 0.100", "rt", 0),
    "numbered": (lambda n: f"5.2 3.1{', 0.050' * (n % 2)} {RT[n]:.3f}", "$12", 0),
}  # fmt: skip


def measured(tmp_path, tails, source, **given):
    head = '10.0.0.1 - - [02/Mar/2026:12:00:{:02d} +0000] "GET /x HTTP/1.1" 200 5 "-" "c" {}\n'
    path = tmp_path / "access.log"
    path.write_text("".join(head.format(n, tail) for n, tail in enumerate(tails)))
    (found,) = cotool.analyze_logs(path, measures=[source], **given).to_dict()["measures"][
        "measures"
    ]
    return found["count"], pytest.approx(found["sum"])


@pytest.mark.parametrize("where", [None, "status=200 and path=/x"])
@pytest.mark.parametrize("tail", TAILS)
def test_lists_are_one_column(tmp_path, tail, where):
    write, source, added = TAILS[tail]
    found = measured(tmp_path, map(write, range(COUNT)), source, where=where)
    assert found == (COUNT, sum(RT) + added)


def test_lines_without_a_tail(tmp_path):
    tails = [f"{RT[n]:.3f}" if n % 4 else "" for n in range(COUNT)]
    assert measured(tmp_path, tails, "rt")[0] == COUNT * 3 // 4


def test_a_column_that_only_looks_like_a_time(tmp_path):
    """Of two columns, neither of which is always the greater one, none is the time of requests."""
    tails = [f"{RT[n]:.3f} {n * 7 % 60 / 7:.3f}" for n in range(COUNT)]
    assert measured(tmp_path, tails, "rt")[0] == 0


@pytest.mark.parametrize("where", [None, "status=200"])
@pytest.mark.parametrize(
    ("client", "request_line", "groups"),
    [
        ("[2001:db8::1]:4000", "GET /x HTTP/1.1", {"2001:db8::1", "/x", "HTTP/1.1"}),
        ("10.0.0.1", "GET /a b HTTP/1.1", {"10.0.0.1", "/a b", "HTTP/1.1"}),
        ("10.0.0.1", f"GET /{'c' * 70} b HTTP/1.1", {"10.0.0.1", f"/{'c' * 70} b", "HTTP/1.1"}),
    ],
)
def test_addresses_with_ports_and_paths_with_blanks(tmp_path, client, request_line, groups, where):
    path = tmp_path / "access.log"
    line = f'{client} - - [02/Mar/2026:12:00:00 +0000] "{request_line}" 200 5 "-" "c"\n'
    path.write_text(line * 9)
    by = ["client", "raw(path)", "protocol"]
    (found,) = cotool.analyze_logs(path, by=by, where=where).to_dict()["measures"]["groups"]
    assert set(found["values"].values()) == groups
