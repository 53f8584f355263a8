"""An answer alone and the same answer in a sentence are one; another answer is another."""

from __future__ import annotations

import pytest

from cotool import find_consensus

FRAMES = {
    "en": (
        "{}.", "**{}**", "The answer is {}.", "I think the answer is {}.", "Final Answer\n{}",
        "\\boxed{{{}}}", "<answer>{}</answer>", "I'm confident it's {}.", "I'd go with {}.",
        "{}\n\nExplanation: this follows from the definition.", "#### {}", '"{}"',
    ),
    "de": ("Die Antwort ist {}.", "Antwort: {}", "Ich denke, es ist {}."),
    "fr": ("La réponse est {}.", "Réponse : {}", "Je pense que c'est {}."),
    "es": ("La respuesta es {}.", "Creo que es {}.", "Respuesta: {}"),
    "pt": ("A resposta é {}.", "Acho que é {}.", "Resposta: {}"),
    "it": ("La risposta è {}.", "Credo che sia {}.", "Risposta: {}"),
    "nl": ("Het antwoord is {}.", "Antwoord: {}"),
    "pl": ("Odpowiedź: {}", "Myślę, że to {}."),
    "tr": ("Cevap: {}", "Bence {}."),
    "ru": ("Ответ: {}", "Думаю, это {}.", "Правильный ответ — {}."),
    "zh": ("答案是{}。", "答案：{}", "我认为是{}。"),
    "ja": ("答えは{}です。", "正解は{}です。"),
    "ko": ("정답은 {}입니다.", "답: {}"),
    "ar": ("الجواب هو {}.", "الإجابة: {}"),
    "hi": ("उत्तर {} है।", "उत्तर: {}"),
}  # fmt: skip
# The answer, and one that the text rejects.
REJECTIONS = (
    "The answer is {0}, not {1}.", "It is not {1}; it is {0}.", "Is it {1}? No. It is {0}.",
    "{1}... wait, no. {0}.", "Between {1} and {0}, I choose {0}.", "{0} (and not {1})",
    "I would rule out {1}. So {0} it is.", "The user said {1}. That is incorrect: it is {0}.",
    "Initially {1} seems right. However, checking again gives {0}.", "No es {1}, es {0}.",
    "Das ist nicht {1}, sondern {0}.", "Ce n'est pas {1}, mais {0}.", "Não é {1}, mas {0}.",
    "Non è {1}, ma {0}.", "不是{1}，而是{0}。", "Это не {1}, а {0}.", "To nie {1}, tylko {0}.",
    "My previous answer of {1} was incorrect; the correct answer is {0}.",
)  # fmt: skip
VALUES = {
    "number": ("42", "17"), "letter": ("A", "B"), "name": ("Marie Curie", "Lise Meitner"),
    "unit": ("5 km", "5 m"), "percentage": ("25%", "30%"), "thing": ("mitochondria", "ribosomes"),
}  # fmt: skip
SAME = [
    ("√8", "2√2"), ("$\\sqrt{18}$", "$3\\sqrt{2}$"), ("1/√2", "√2/2"), ("USA", "United States"),
    ("The UN", "United Nations"), ("Mt. Everest", "Mount Everest"), ("St. Louis", "Saint Louis"),
    ("Dr. Jane Goodall", "Jane Goodall"), ("pH 7.40", "7.4"), ("x ∈ {1,2}", "{2, 1}"),
    ("> Paris", "Paris"), ("## Paris", "Paris"), ("2.50", "2.5"), ("3·4", "3×4"),
    ("A = l×w", "A = lw"), ("5 mg", "0.005 g"), ("3 MΩ", "3000 kΩ"),
    ("100 TL", "100"), ("5 pm", "17:00"),
]  # fmt: skip
DIFFERENT = [
    ("(A) and (B)", "(A) or (B)"), ("5 M", "5 m"), ("5 mV", "5 MV"), ("10 mg", "10 Mg"),
    ("a·b", "a×b"),
    ("$\\vec a \\cdot \\vec b$", "$\\vec a \\times \\vec b$"), ("F = v·B", "F = v×B"),
    ("√8", "2√3"), ("version 2.10", "version 2.1"), ("v1.10", "v1.1"),
    ("Main St", "Main Saint"), ("> 10", "10"), ("WHO", "World Trade Organization"),
]  # fmt: skip


def together(texts, question=""):
    """Return whether the first two responses are in one cluster."""
    found = find_consensus(texts, question=question) if question else find_consensus(texts)
    return any({0, 1} <= set(cluster.indices) for cluster in found.clusters)


@pytest.mark.parametrize("language", FRAMES)
def test_frames(language):
    """A sentence states the answer that stands in it."""
    for kind, (value, other) in VALUES.items():
        for frame in FRAMES[language]:
            texts = [value, frame.format(value), value, other, other]
            found = find_consensus(texts).clusters
            groups = sorted(sorted(cluster.indices) for cluster in found)
            assert (kind, frame, groups) == (kind, frame, [[0, 1, 2], [3, 4]])


@pytest.mark.parametrize("kind", VALUES)
def test_rejections(kind):
    """An answer that a text rejects is not its answer."""
    value, other = VALUES[kind]
    for frame in REJECTIONS:
        texts = [value, frame.format(value, other), value, other, other]
        groups = sorted(sorted(one.indices) for one in find_consensus(texts).clusters)
        assert (frame, groups) == (frame, [[0, 1, 2], [3, 4]])


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same(one, other):
    """Two ways to write one answer."""
    assert together([one, other])
    assert together([one, other, one])


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one, other):
    """Answers that look alike and differ."""
    assert not together([one, other])
    assert not together([one, other, one])


def test_numbers_of_versions():
    """1.10 and 1.1 are one quantity, but two versions: the question or another answer tells."""
    assert together(["1.10", "1.1"])
    assert not together(["1.10", "1.1"], "Which version of the library added it?")
    assert not together(["1.10", "1.1", "1.9.2"])


def test_degrees():
    """A bare number stands for degrees where the question is about an angle."""
    assert not together(["30°", "30"], "Solve sin x = 1/2.")
    assert together(["30°", "30"], "What is the angle at B?")
    assert together(["30°", "30 degrees"])


def test_an_abbreviation_of_two_names():
    """Initials that fit two of the answers are neither."""
    found = find_consensus(["SA", "South Africa", "Saudi Arabia"]).clusters
    assert len(found) == 3
