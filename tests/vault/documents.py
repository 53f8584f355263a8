"""Documents in the four syntaxes, and what their tests share."""

from __future__ import annotations

import importlib.util
import re

import pytest

HAS_YAML = importlib.util.find_spec("ruamel") is not None
needs_yaml = pytest.mark.skipif(not HAS_YAML, reason="needs ruamel.yaml (cotool[yaml])")
_TOKEN = re.compile(rb"cotool-value-1:[A-Za-z0-9_-]+")

JSON = b"""{
  "name": "shop",
  "db": {"host": "db1", "port": 5432, "password": "s3cret\\u00e9"},
  "ratio": 1.10, "big": 123456789012345678901234567890, "on": true, "off": false, "none": null,
  "users": [{"name": "bob", "key": "k1"}, {"name": "eve", "key": "k2"}],
  "empty": {}, "list": [], "text": ""
}
"""
ENV = b"""# the database
DB_HOST=db1
export DB_PASSWORD='it is # secret'  # changed in May
MULTI="first
second"
EMPTY=
URL=http://x/?a=b#c
HOME_URL=${DB_HOST}/x
"""
INI = b"""root = true
; what it does
[database]
host = db1
password: p=a:ss ; no comment
lines =
    one
    two
# end
[empty]
flag
none =
[owner]
name=bob
"""
YAML = b"""%YAML 1.2
---
# the database
db: &db
  host: db1 # a host
  password: "hunter2"
  port: !!int 5432
  version: 1.10
  zip: 007
  big: 123456789012345678901234567890
  day: 2026-11-27
  none:
  tilde: ~
copy:
  <<: *db
  password: &pw 'it''s'
again: *pw
script: |
  #!/bin/sh
  echo "a: b"

folded: >-
  one
  two
plain: spans
  lines
flow: {a: b, "c": [1, 'two', ], d: }
users:
- name: bob
  key: k1
-
- !custom {x: y}
...
---
- second document
--- >
  third
"""
DOCUMENTS = {"json": JSON, "env": ENV, "ini": INI, "yaml": YAML}
SYNTAXES = [
    pytest.param(syntax, marks=needs_yaml if syntax == "yaml" else ()) for syntax in DOCUMENTS
]


def tokens(data):
    """Return the tokens in a document, in their order."""
    return _TOKEN.findall(data)


def masked(data):
    """Return a document with a mark in the place of each token."""
    return _TOKEN.sub(b"T", data)
