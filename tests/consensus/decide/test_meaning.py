"""Short answers in free words: their features, their meaning, and what keeps them apart."""

from __future__ import annotations

import json
import struct
import sys
import types

import pytest

import cotool
from cotool.consensus.decide import embedders, many_texts, meaning
from cotool.consensus.decide import texts as few_texts
from cotool.consensus.decide.anchors import stem
from cotool.consensus.decide.features import features_of
from cotool.consensus.decide.places import split_by_place
from cotool.consensus.decide.words import Words
from cotool.errors import InputError, MissingExtraError

needs_model = pytest.mark.skipif(
    not embedders.semantic_installed(), reason="the extra semantic is not installed"
)

PETS = [
    "a dog", "dogs", "my dog", "puppy", "a cat", "cats", "kitten", "a goldfish", "fish",
    "gold fish", "parrot", "a parrot", "budgie", "a hamster", "hamsters", "gerbil", "the hamster",
]  # fmt: skip


def consensus(texts, **options):
    given = [{"expert_name": f"e{n}", "content": text} for n, text in enumerate(texts)]
    return cotool.find_consensus(given, **options)


def together(found, *rows):
    return any(set(rows) <= set(cluster.indices) for cluster in found.clusters)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("dogs", "dog"),
        ("running", "run"),
        ("planned", "plan"),
        ("stories", "story"),
        ("two", "2"),
        ("1,000", "1000"),
        ("mar", "march"),
    ],
)
def test_stems(word, other):
    """Inflections of a word have one stem, numbers and months one form."""
    assert stem(word) == stem(other)


def test_features_of_the_question_count_less():
    """Words of the question and function words are not stems of an answer that has others."""
    found = features_of(["the best pet is a dog", "dogs", "a pet"], "Name a pet")
    assert found.stems[0].split()[-1] == found.stems[1]
    assert found.stems[2]  # all that this answer says


def test_ngrams_group_forms_of_a_word():
    """Without a model, answers that share stems or parts of words are grouped."""
    found = consensus(PETS, question="Name a pet.", metric="ngrams")
    assert found.metric == "ngrams"
    assert together(found, 0, 1, 2)
    assert together(found, 13, 14, 16)
    assert not together(found, 0, 4)


@needs_model
def test_semantic_groups_by_meaning():
    """With a model, answers are grouped that share no word; it is the default, and that is said."""
    found = consensus(PETS, question="Name a pet.")
    assert found.metric == "semantic"
    assert together(found, 0, 1, 2, 3)
    assert together(found, 4, 5, 6)
    assert not together(found, 0, 7)
    assert any("by meaning" in line for line in found.explanation)


def test_default_without_the_extra(monkeypatch):
    """Where the model is missing, ngrams are the default; asking for semantic names the extra."""
    monkeypatch.setattr(embedders, "semantic_installed", lambda: False)
    monkeypatch.setattr(embedders, "_files", lambda: None)
    embedders.built_in.cache_clear()
    assert consensus(PETS, question="Name a pet.").metric == "ngrams"
    with pytest.raises(MissingExtraError) as caught:
        consensus(PETS, metric="semantic")
    assert "cotool[semantic]" in caught.value.hint


@pytest.mark.parametrize("metric", ["ngrams", pytest.param("semantic", marks=needs_model)])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It is safe", "It is not safe"),
        ("The drug is safe", "The drug is unsafe"),
        ("The capital of Australia is Canberra", "The capital of Australia is Sydney"),
        ("we leave at 5 in the evening", "we leave at 7 in the evening"),
        ("I think the sky is blue", "I think the sky is green"),
        ("the winner was New York", "the winner was Boston"),
        ("it is blue", "it is green"),
        ("it's blue", "it is green"),
        ("hot", "cold"),
        ("increase the taxes", "decrease the taxes"),
        ("more people", "fewer people"),
        ("3 dogs", "four dogs"),
        ("turn left", "turn right"),
    ],
)
@pytest.mark.parametrize("copies", [1, 6])
def test_contradictions_stay_apart(metric, one, other, copies):
    """Opposites, and answers that differ in one place, never share a cluster."""
    texts = [one, other] * copies + ["something else", "nothing of the kind", "quite another thing"]
    found = consensus(texts, metric=metric, method="centre")
    assert not together(found, 0, 1)
    assert copies == 1 or together(found, 0, 2)


@pytest.mark.parametrize("metric", ["ngrams", pytest.param("semantic", marks=needs_model)])
def test_contradictions_among_many_stay_apart(monkeypatch, metric):
    """Opposites never share a cluster, however many texts stand between them."""
    monkeypatch.setattr(few_texts, "MOST_TEXTS", 20)
    texts = ["the dogs", "3 dogs", "dogs", "4 dogs", "hot", "cold", "no dogs", "dogs"] * 5
    found = consensus(texts, metric=metric)
    for cluster in found.clusters:
        own = {texts[i] for i in cluster.indices}
        for pair in ({"3 dogs", "4 dogs"}, {"hot", "cold"}, {"dogs", "no dogs"}):
            assert not pair <= own


def test_split_by_place():
    """Misspellings and function words are no difference; the first labels come first."""
    texts = [
        "the museum is in Edinburgh", "the museum is in Edinburgg", "the museum is in London",
        "the museum was in London", "the museum is in the London",
    ]  # fmt: skip
    words = [Words.of(text) for text in texts]
    assert split_by_place([0] * 5, words, [5, 4, 3, 2, 1]) == [0, 0, 1, 0, 1]


def test_scattered_answers_are_grouped_and_few_are_voted_on():
    """Many different short answers are grouped; few, and repeated ones, are voted on."""
    assert consensus(PETS).kind == "text"
    assert consensus(PETS[:6]).kind == "short"
    assert consensus(["Oslo"] * 15 + ["Bergen"] * 5 + ["Narvik"]).method == "vote"
    assert consensus(PETS[:6], metric="ngrams").kind == "text"


@pytest.mark.parametrize("metric", ["ngrams", pytest.param("semantic", marks=needs_model)])
def test_many_texts(monkeypatch, metric):
    """More texts than all pairs can be had of are grouped as few are."""
    monkeypatch.setattr(few_texts, "MOST_TEXTS", 50)
    monkeypatch.setattr(many_texts, "MANY_SAMPLED", 9)
    found = consensus(PETS * 5, question="Name a pet.", metric=metric)
    assert found.matrix is None
    assert found.metric == metric
    assert together(found, 0, len(PETS), 2 * len(PETS))
    assert sorted(i for cluster in found.clusters for i in cluster.indices) == list(range(85))
    if metric == "semantic":
        with pytest.raises(InputError, match="clusters many texts by average"):
            consensus(PETS * 5, metric=metric, clustering="density")


def test_embedder_of_the_caller():
    """The metric semantic takes the vectors of an embedder; wrong ones are an error."""
    animals = {"dog": 0, "puppy": 0, "cat": 1, "kitten": 1, "fish": 2}

    def embed(texts):
        return [
            [float(place == animals.get(text.split()[-1], 3)) for place in range(4)]
            for text in texts
        ]

    texts = ["dog", "puppy", "a dog", "cat", "kitten", "a cat", "fish", "a fish"]
    found = consensus(texts, metric="semantic", embedder=embed)
    assert together(found, 0, 1, 2)
    assert together(found, 3, 4, 5)
    with pytest.raises(InputError, match="1 vectors for 8 texts"):
        consensus(texts, metric="semantic", embedder=lambda _: [[1.0]])
    with pytest.raises(InputError, match="not finite"):
        consensus(texts, metric="semantic", embedder=lambda own: [[float("nan")]] * len(own))


def test_model_of_librarys(monkeypatch):
    """Models of libraries are loaded by name; a missing library and a bad name are errors."""
    module = types.ModuleType("model2vec")

    class StaticModel:
        @staticmethod
        def from_pretrained(name):
            if name != "own":
                raise FileNotFoundError(name)
            return StaticModel()

        def encode(self, texts):
            return [[1.0, len(text)] for text in texts]

    module.StaticModel = StaticModel
    monkeypatch.setitem(sys.modules, "model2vec", module)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    embedders.model_of_library.cache_clear()
    assert embedders.model_of_library("model2vec", "own")(["ab"]) == [[1.0, 2]]
    with pytest.raises(InputError, match="cannot load 'absent'"):
        embedders.model_of_library("model2vec", "absent")
    with pytest.raises(MissingExtraError, match="sentence-transformers is not installed"):
        embedders.model_of_library("sentence-transformers", "own")


def test_damaged_model(monkeypatch, tmp_path):
    """Files of another form, or cut off, are an error that names the folder."""
    tokenizer, weights = tmp_path / "t.json", tmp_path / "weights" / "w.safetensors"
    weights.parent.mkdir()
    tokenizer.write_text(
        json.dumps(
            {"model": {"vocab": {"\u2581": 0, "a": 1, "\u2581a": 2}, "merges": ["\u2581 a"]}}
        )
    )
    monkeypatch.setattr(embedders, "_files", lambda: (tokenizer, weights))
    header = json.dumps({"e": {"dtype": "F16", "shape": [3, 2], "data_offsets": [0, 12]}}).encode()
    whole = struct.pack("<Q", len(header)) + header + struct.pack("<6e", 1, 0, 0, 1, 3, 4)
    for data, good in ((whole, True), (whole[:-1], False), (b"", False)):
        weights.write_bytes(data)
        embedders.built_in.cache_clear()
        if good:
            assert embedders.built_in().embed(["A"]).tolist() == [pytest.approx([0.6, 0.8])]
        else:
            with pytest.raises(InputError, match="cannot be read"):
                embedders.built_in()
    embedders.built_in.cache_clear()


@needs_model
def test_vectors_do_not_depend_on_threads():
    """Similarities are the same for every number of threads."""
    found = [meaning.by_meaning(PETS * 8, "Name a pet.", None, n).tolist() for n in (1, 2, 4)]
    assert found[0] == found[1] == found[2]


@needs_model
def test_neighbours_by_meaning():
    """Neighbours are found by what answers mean; copies are neighbours, too."""
    texts = ["big dog", "large dog", "large hound", "blue car", "red automobile", "big dog"]
    texts += [f"{word} of a house" for word in ("roof", "door", "window", "wall")]
    found = cotool.neighbours(texts, "semantic", threshold=0.5, top=2)
    assert [place for place, _ in found[0]] == [5, 1]
    assert 4 in [place for place, _ in found[3]]
