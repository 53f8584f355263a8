"""Topics that are found in the words of questions."""

from __future__ import annotations

import json
import random
from dataclasses import asdict

import pytest

from cotool import Gold, Learning, Store, find_consensus_batch
from cotool.consensus.learning.evidence import describe
from cotool.consensus.learning.exchange import exported, imported
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.topics import MOST_TOPICS, Topics, find_topics

WORDS = {
    "law": ["court", "judge", "contract", "statute", "appeal", "plaintiff"],
    "biology": ["cell", "protein", "enzyme", "membrane", "gene", "bacteria"],
    "physics": ["velocity", "mass", "energy", "photon", "momentum", "friction"],
}
KINDS = list(WORDS)


def asked(count, *, by_topic, seed=1):
    """Questions on three topics; each of six experts is good at one of them, or at all alike."""
    lot = random.Random(seed)
    questions, truth, kinds = [], {}, {}
    for k in range(count):
        kind, right = lot.choice(KINDS), lot.choice("ABCD")
        one, two, three = (lot.choice(WORDS[kind]) for _ in range(3))
        responses = []
        for e in range(6):
            good = KINDS[e % 3] == kind if by_topic else lot.random() < 0.5
            said = right if lot.random() < (0.9 if good else 0.35) else lot.choice("ABCD")
            responses.append({"expert_name": f"e{e}", "content": said})
        text = f"What does the {one} of a {two} say about its {three}, case {k}?"
        questions.append({"id": f"{seed}-{k}", "question": text, "responses": responses})
        truth[f"{seed}-{k}"], kinds[text] = right, kind
    return questions, truth, kinds


def test_each_topic_is_found_once():
    """Three vocabularies are three topics, named by their words; other words are none."""
    _, _, kinds = asked(300, by_topic=False)
    topics = find_topics(kinds)
    assert len(topics.words) == 3
    found = {(kind, topics.of(text)) for text, kind in kinds.items()}
    assert len(found) == 3
    assert all(name.split(", ")[0] in WORDS[kind] for kind, name in found)
    assert topics.of("Who won the match on Sunday?") == ""
    assert find_topics([*kinds][::-1]) == topics


def test_few_questions_or_no_words_have_no_topics():
    """Numbers, ids and a handful of texts."""
    assert find_topics(f"q{k}" for k in range(500)) == Topics()
    assert find_topics(["What of the court?"] * 500) == Topics()
    assert find_topics([*asked(60, by_topic=False)[2]]) == Topics()
    assert len(find_topics(f"{chr(97 + k % 26) * 4} word" for k in range(999)).words) <= MOST_TOPICS


@pytest.mark.parametrize("by_topic", [True, False])
def test_topics_count_only_where_they_pay(tmp_path, by_topic):
    """Where experts know one topic each, answers to later questions gain; else nothing changes."""
    questions, truth, _ = asked(400, by_topic=by_topic)
    later, right, _ = asked(200, by_topic=by_topic, seed=2)
    with Store(str(tmp_path / "experts.db")) as store:
        how = Learning(learn=True, gold=Gold(answers=truth))
        list(find_consensus_batch(questions, store=store, learning=how))
        learned = store.read()
        form = describe(learned, "e0", {})
        assert form["found_topics_count"] is by_topic
        assert len(form["topics"]) == 3
        assert all(own["found"] for own in form["topics"].values())
        if by_topic:
            shares = sorted(own["reliability"] for own in form["topics"].values())
            assert shares[-1] > shares[-2] + 0.2

        def hits():
            found = find_consensus_batch(later, store=store)
            return sum(one.answer == right[one.id] for one in found)

        with_topics = hits()
        with store.changing() as change:
            change.learned.topics = Topics()
        without = hits()
    assert with_topics > without + 10 if by_topic else with_topics == without


def test_found_topics_are_kept_and_merged():
    """By export and import; a merge keeps at most twenty."""
    learned = Learned(topics=Topics({"a, b": {"a": 1.0}}, {"a": 2.0}))
    assert imported(json.loads(json.dumps(exported(learned))), "here")[0].topics == learned.topics
    many = Topics({f"t{k}": {f"w{k}": 1.0} for k in range(20)}, {"a": 1.0})
    learned.topics.add(many)
    assert len(learned.topics.words) == MOST_TOPICS
    assert learned.topics.rarity["a"] == 2.0
    assert asdict(learned.topics).keys() == {"words", "rarity"}
