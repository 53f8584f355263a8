"""Answers in pieces, as APIs stream them."""

from __future__ import annotations

import json

import pytest

from consensus.written import read, table
from cotool.errors import InputError

PIECES = ("Pa", "ris")
OPENAI = [
    {"id": "r1", "model": "m", "choices": [{"index": 0, "delta": {"content": one}}]}
    for one in PIECES
]
ANTHROPIC = [
    {"type": "message_start", "message": {"id": "r1", "model": "m"}},
    *({"type": "content_block_delta", "delta": {"text": one}} for one in PIECES),
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, {"type": "message_stop"},
]  # fmt: skip
RESPONSES = [
    {"type": "response.created", "response": {"id": "r1", "model": "m"}},
    *({"type": "response.output_text.delta", "delta": one} for one in PIECES),
    {"type": "response.completed", "response": {"id": "r1", "model": "m"}},
]
OLLAMA = [{"model": "m", "message": {"content": one}, "done": False} for one in PIECES]
GEMINI = [
    {"candidates": [{"content": {"parts": [{"text": one}]}}], "modelVersion": "m"} for one in PIECES
]


def events(chunks):
    """Chunks as server-sent events, some with a name."""
    named = (f"event: {one.get('type', 'x')}\ndata: {json.dumps(one)}\n" for one in chunks)
    return "\n".join(named)


@pytest.mark.parametrize("chunks", [OPENAI, ANTHROPIC, RESPONSES, OLLAMA, GEMINI])
def test_events(chunks):
    """The pieces of one answer are joined, whoever streams them."""
    assert [*read(events(chunks)).values()] == [{"m": "Paris"}]


@pytest.mark.parametrize("chunks", [OPENAI, ANTHROPIC, RESPONSES, OLLAMA])
def test_lines_of_json(chunks):
    """Chunks that a program logged are no answers of their own."""
    assert [*read(table(*map(json.dumps, chunks))).values()] == [{"m": "Paris"}]


def test_several_answers_in_turn():
    """The answers of two models may be mixed, if they have ids."""
    others = [{**one, "id": "r2", "model": "n"} for one in OPENAI]
    mixed = [one for pair in zip(OPENAI, others, strict=True) for one in pair]
    assert [*read(events(mixed)).values()] == [{"m": "Paris", "n": "Paris"}]


@pytest.mark.parametrize("text", ["data: Paris\n", "data: {}\n", "data: {}\n\nParis\n"])
def test_other_events(text):
    """Events without the text of an answer are refused."""
    with pytest.raises(InputError, match=r"line \d: (the|is)"):
        read(text)
