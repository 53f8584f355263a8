"""Access logs: a template for each resource, with its method and status."""

from __future__ import annotations

import pytest

from cotool._fast.logs import forms
from cotool.logs.mine import mine_templates


def access(path, status=200, method="GET"):
    """Return a line of an access log."""
    return (
        f'10.0.0.7 - - [02/Mar/2026:10:00:00 +0000] "{method} {path} HTTP/1.1" {status} 512 '
        '"-" "curl/8"'
    )


def templates(lines):
    """Return the texts of the templates of lines, and their counts."""
    return {found.text: found.count for found in mine_templates(lines).templates}


def test_each_resource_has_a_template():
    """Resources, methods and statuses are apart; ids and queries are values."""
    lines = [
        *[access(path) for path in ("/", "/login", "/v1/orders", "/v1/items") for _ in range(9)],
        *[access(f"/v1/users/{n}?page={n}", method="POST") for n in range(9)],
        *[access("/login", 401) for _ in range(9)],
        *[access(f"/img/{n:016x}.png") for n in range(1 << 40, (1 << 40) + 9)],
    ]
    assert {text.split(" 512")[0].split(" <*> ")[0]: n for text, n in templates(lines).items()} == {
        '"GET / HTTP/1.1" 200': 9,
        '"GET /login HTTP/1.1" 200': 9,
        '"GET /login HTTP/1.1" 401': 9,
        '"GET /v1/orders HTTP/1.1" 200': 9,
        '"GET /v1/items HTTP/1.1" 200': 9,
        '"POST /v1/users/<*>?<*> HTTP/1.1" 200': 9,
        '"GET /img/<*>.png HTTP/1.1" 200': 9,
    }


def test_places_of_many_words_are_values():
    """Hundreds of names in one place of paths are one resource; others in it are not."""
    names = [f"{a}{b}{c}" for a in "abcdefgh" for b in "ijklmnop" for c in "qrstuvwx"]
    lines = [access(f"/blog/{name}/comments") for name in names] + [access("/about")] * 3
    found = {text.split(" HTTP")[0]: count for text, count in templates(lines).items()}
    assert found == {'"GET /blog/<*>/comments': 512, '"GET /about': 3}


def test_lines_of_the_same_resource_match():
    """A line that was not mined has the template of its resource."""
    found = mine_templates([access(f"/users/{n}/posts") for n in range(50)])
    match = found.match(access("/users/99999/posts").encode())
    assert match is not None
    assert match.template.text.startswith('"GET /users/<*>/posts HTTP/1.1" 200')
    assert match.parameters[0] == "99999"
    assert found.match(access("/other").encode()) is None


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ('"GET /a/b HTTP/1.1" 200 5', '"GET /a/b HTTP/1.1" 200 \x01'),
        ('"PUT /u/17 HTTP/2" 204', '"PUT /u/\x01 HTTP/2" 204'),
        ('"GET /u?a=1&b=2" 404 -', '"GET /u?\x01" 404 -'),
        ('"GET /a/b HTTP/1.1" status: 200', '"GET \x01 HTTP/\x01" status: \x01'),
        ("GET /a/b HTTP/1.1 200", "GET \x01 HTTP/\x01 \x01"),
        ('"get /a/b HTTP/1.1" 200', '"get \x01 HTTP/\x01" \x01'),
    ],
)
def test_requests_with_a_status_are_kept(message, masked):
    """Only a method in quotes, a path and a status make a request of an access log."""
    assert forms.mask(message.encode())[1].decode() == masked
    assert forms.mask(message.encode(), plain=True)[1].decode() == masked
