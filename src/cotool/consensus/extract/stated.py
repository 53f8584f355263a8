"""A question with the answer that each response states, extracted once for every later step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cotool.consensus.extract.extraction import extract_answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.consensus.extract.extraction import Extracted
    from cotool.consensus.model import Question, Response


@dataclass(frozen=True, slots=True)
class Stated:
    """A question, its responses that have a text, and the answer that each of them states.

    `kind` is the kind of the answers; None for free text, where no answer can be extracted.
    """

    asked: Question
    responses: tuple[Response, ...]
    kind: str | None
    answers: Sequence[Extracted | None]

    @classmethod
    def of(cls, asked: Question) -> Stated:
        """Extract the answers of a question's responses."""
        usable = tuple(response for response in asked.responses if response.content.strip())
        return cls(asked, usable, *extract_answers([response.content for response in usable]))

    @property
    def votes(self) -> tuple[tuple[str, str], ...]:
        """Who answered what, in normal form; experts who state nothing have no vote."""
        return tuple(
            (response.sample_of or response.expert_name, answer.value)
            for response, answer in zip(self.responses, self.answers, strict=True)
            if answer is not None
        )
