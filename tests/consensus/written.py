"""Answer files written in a test, and what is read from them."""

from __future__ import annotations

import io

from cotool.consensus.read.readers import read_questions


def read(data, **options):
    """Return {question: {expert: answer}} for a file of this text or these bytes."""
    data = data if isinstance(data, bytes) else data.encode()
    return {
        question.text or question.id: {
            answer.expert_name: answer.content for answer in question.responses
        }
        for question in read_questions(["-"], stdin=io.BytesIO(data), **options)
    }


def table(*lines):
    """Return lines as the text of a file."""
    return "\n".join(lines) + "\n"
