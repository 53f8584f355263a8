"""A question with the answer that each response states, extracted once for every later step."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._records import dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.cut import before_the_cut, is_cut
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.extraction import extract_answers
from cotool.consensus.extract.labels import LONGEST
from cotool.consensus.extract.normal_form import plain, short_form
from cotool.consensus.extract.refusals import declines
from cotool.consensus.extract.spans import WHOLE

if TYPE_CHECKING:
    from cotool.consensus.model import Question, Response


def _as_written(content: str) -> str:
    """Return a code in one case; v1.2 is the version 1.2, V12 another code."""
    bare = content.strip()
    return plain(bare[1:] if bare[:1] == "v" and bare[1:2].isdigit() else bare).strip(".")


@dataclass(frozen=True, slots=True)
class Stated:
    """A question, its responses that answer it, and the answer that each of them states.

    `kind` is the kind of the answers; None for free text, where no answer can be extracted.
    `declined` are the responses that refuse to answer or say that they do not know.
    """

    asked: Question
    responses: tuple[Response, ...]
    kind: str | None
    answers: Sequence[Extracted | None]
    declined: tuple[Response, ...] = ()

    @classmethod
    def of(cls, asked: Question) -> Stated:
        """Extract the answers of a question's responses."""
        given = [response for response in asked.responses if response.content.strip()]
        if given and all(response.as_written for response in given):
            labels = [
                Extracted(_as_written(one.content), "short", one.content.strip(), WHOLE)
                for one in given
            ]
            return cls(asked, tuple(given), "short", labels)
        declining = [declines(response.content) for response in given]
        usable = tuple(one for one, no in zip(given, declining, strict=True) if not no)
        declined = tuple(one for one, no in zip(given, declining, strict=True) if no)
        texts = [
            before_the_cut(one.content) if is_cut(one.metadata) else one.content for one in usable
        ]
        kind, answers = extract_answers(texts, asked.text)
        return cls(asked, usable, kind, answers, declined)

    def beside(self, truths: Sequence[str]) -> Stated:
        """Read short sentences that state no answer by themselves together with a right answer.

        "It is Oslo." alone is text; beside the right answer "Rome" it states a label.
        """
        texts = [response.content for response in self.responses]
        if self.kind is not None or not texts or max(map(len, texts)) > LONGEST:
            return self
        for truth in truths:
            kind, (*answers, own) = extract_answers([*texts, truth], self.asked.text)
            if kind is None and len({" ".join(text.split()) for text in (*texts, truth)}) == 1:
                kind, own = "short", Extracted(short_form(truth), "short", truth, WHOLE)
                answers = [own for _ in texts]
            if kind is not None and own is not None and any(answers):
                return replace(self, kind=kind, answers=answers)
        return self

    @property
    def votes(self) -> tuple[tuple[str, str], ...]:
        """Experts and their answers in normal form; an expert who states nothing has no vote."""
        return tuple(
            (response.sample_of or response.expert_name, answer.value)
            for response, answer in zip(self.responses, self.answers, strict=True)
            if answer is not None
        )

    @property
    def said(self) -> list[tuple[str, str]]:
        """The texts that state an answer, with it in normal form."""
        return [
            (response.content, answer.value)
            for response, answer in zip(self.responses, self.answers, strict=True)
            if answer is not None
        ]
