"""Which statements other texts support."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cotool
from cotool.consensus.decide.passages import Passages
from cotool.errors import InputError

ALBUM = "The album Blue was released on 12 May 2019 in Berlin."


def test_a_statement_in_other_words_is_supported():
    """Dates have one form, word order does not matter, number words are numbers."""
    one, two, three = cotool.statement_support(
        [ALBUM, "It sold 2 million copies.", "Critics ignored it."],
        ["Blue came out in Berlin on May 12, 2019. It sold two million copies.",
         "In Berlin, the album Blue was released on 2019-05-12."],
    )  # fmt: skip
    assert one.supporters == (0, 1)
    assert one.contradicting == ()
    assert one.anchors["2019"] == 2
    assert two.supporters == (0,)
    assert three.supporters == ()
    assert one.support > two.support > three.support


def test_another_value_in_the_same_place_is_a_conflict():
    """Another year, another name, a negation: contradicted, with the other value."""
    found = cotool.statement_support(
        [ALBUM],
        ["The album Blue was released on 12 May 2021 in Berlin.",
         "The album Blue was not released on 12 May 2019 in Berlin.",
         ALBUM],
    )[0]  # fmt: skip
    assert found.contradicting == (0, 1)
    assert found.supporters == (2,)
    assert [(one.value, one.other, one.texts) for one in found.conflicts] == [
        ("2019", "2021", (0,))
    ]
    capital = cotool.statement_support(
        ["The capital of Australia is Canberra."], ["The capital of Australia is Sydney."]
    )[0]
    assert capital.contradicting == (0,)
    assert capital.conflicts[0][:2] == ("Canberra", "Sydney")


def test_anchors_must_stand_together():
    """The words of a statement scattered over a text do not support it."""
    statement = "Marie Curie won the Nobel Prize in 1911."
    together = "In 1911 the Nobel Prize went to Marie Curie. Poland was proud."
    apart = "Marie Curie was Polish. Much later, a war. Nobel founded a prize. Nothing. 1911 ended."
    near, far = (cotool.statement_support([statement], [text])[0] for text in (together, apart))
    assert near.supporters == (0,)
    assert far.supporters == ()
    assert near.support > far.support


def test_scripts_without_blanks():
    """Chinese is compared by pairs of characters."""
    same, other = cotool.statement_support(
        ["北京是中国的首都。", "大熊猫喜欢吃竹子。"], ["中国的首都是北京。"]
    )
    assert same.supporters == (0,)
    assert other.supporters == ()


def test_everything_and_nothing_are_the_ends_of_the_scale():
    """A passage that all texts repeat has support 1; one that shares no word has 0."""
    text = "Iron melts at 1538 degrees. Gold melts at 1064 degrees."
    sentences = ["Iron melts at 1538 degrees.", "Gold melts at 1064 degrees."]
    assert [one.support for one in cotool.statement_support(sentences, [text] * 3)] == [1.0, 1.0]
    assert cotool.statement_support(["Quokkas hop."], ["Rivers flow."])[0].support == 0.0
    assert cotool.statement_support(["Quokkas hop."], [""])[0].support == 0.0
    assert cotool.statement_support([], [text]) == ()


def test_bad_arguments():
    """No text is an error in plain words, another type a TypeError."""
    with pytest.raises(InputError, match="no text to compare"):
        cotool.statement_support(["a"], [])
    with pytest.raises(TypeError, match=r"texts\[1\] is not a str but int"):
        cotool.statement_support(["a"], ["b", 1])


@given(
    st.lists(st.text(max_size=30), max_size=4),
    st.lists(st.text(max_size=60), min_size=1, max_size=4),
)
def test_any_text_is_answered(statements, texts):
    """Supports are shares, places are places, whoever contradicts does not support."""
    for one in cotool.statement_support(statements, texts):
        assert 0 <= one.support <= 1
        assert not set(one.supporters) & set(one.contradicting)
        assert set(one.supporters) | set(one.contradicting) <= set(range(len(texts)))
        assert all(0 <= count <= len(texts) for count in one.anchors.values())


@pytest.mark.parametrize(
    ("statement", "text", "conflict"),
    [
        ("The shop is open on Sundays.", "The shop is closed on Sundays.", ("open", "closed")),
        ("Turn left at the church.", "Turn right at the church.", ("left", "right")),
        ("The study found more errors.", "The study found fewer errors.", ("more", "fewer")),
        ("The drug is safe for children.", "The drug is unsafe for children.", ("safe", "unsafe")),
        ("The king died in May 1901.", "The king died in July 1901.", ("May", "July")),
    ],
)
def test_opposite_words_are_conflicts(statement, text, conflict):
    """A word that says the opposite in the same sentence contradicts a statement."""
    (found,) = cotool.statement_support([statement], [text])
    assert found.contradicting == (0,)
    assert not found.supporters
    assert [one[:2] for one in found.conflicts] == [conflict]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("The value of the constant is 3.14.", "The value of the constant is 3.1."),
        ("It has between 20 and 30 employees.", "It has about 25 employees."),
        ("Two thirds of the members agreed.", "2/3 of the members agreed."),
        ("The train leaves on 5 March 2020.", "The train leaves on 05.03.2020."),
        ("The tunnel is 1.5 km long.", "The tunnel is 1500 metres long."),
        ("The city has 1,200,000 inhabitants.", "The city has 1.2 million inhabitants."),
        ("It is hot in the valley.", "It is not cold in the valley."),
    ],
)
def test_other_ways_to_say_a_value_are_no_conflict(statement, text):
    """Rounded numbers, ranges, fractions, dates and units do not contradict."""
    (found,) = cotool.statement_support([statement], [text])
    assert not found.contradicting
    assert not found.conflicts


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("The glue is toxic.", "The glue is not toxic."),
        ("La colle n'est pas toxique.", "La colle est toxique."),
        ("Nadie no ha pagado el billete.", "Ha pagado el billete."),
        ("Билет никто не оплатил вчера.", "Билет оплатил вчера."),
        ("Most nie jest bezpieczny.", "Most jest bezpieczny."),
        ("De brug is niet veilig.", "De brug is veilig."),
        ("这座桥不安全。", "这座桥安全。"),
        ("この橋は安全ではない。", "この橋は安全である。"),
        ("The song was written by Ada Holt.", "The song was written by Ben Ross."),
    ],
)
def test_denials_and_other_names_contradict(statement, text):
    """Words that negate once, or together, in ten languages; a name of two words for another."""
    for one, other in ((statement, text), (text, statement)):
        (found,) = cotool.statement_support([one], [other])
        assert found.contradicting == (0,)
        assert not found.supporters


def test_what_is_denied_of_nothing_said_is_no_support():
    """The other sentence says of somebody what the statement says of nobody."""
    (found,) = cotool.statement_support(
        ["Nobody was hurt in the accident."], ["Three people were hurt in the accident."]
    )
    assert not found.supporters


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("Mount Hood is 3,426 metres high.", "Mount Hood is 3426 m high."),
        ("The pump ran for 5 hours on Monday.", "On Monday the pump ran for 300 minutes."),
        ("It is not advised for children.", "Children must not drink it: it is not advised."),
        ("He is never without his hat.", "He has his hat with him, never without his hat."),
    ],
)
def test_the_same_in_other_words_supports(statement, text):
    """Metres and hours have one form; negations of two clauses do not undo each other."""
    (found,) = cotool.statement_support([statement], [text])
    assert found.supporters == (0,)
    assert not found.contradicting


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("The gate opens inwards.", "The gate opens outwards."),
        ("The architect was Lena Brandt.", "The architect was Paul Weiss."),
        ("The paint is not toxic and not flammable.", "The paint is toxic and flammable."),
        ("The tap is not tight, tested without load.", "The tap is tight, tested without load."),
        ("The dam holds 1,204 cubic feet.", "The dam holds 12,040 cubic feet."),
        ("长江全长约6300公里。", "长江全长约8850公里。"),
        ("The queue is 5642 m long.", "The queue is 564 m long."),
    ],
)
def test_another_value_or_direction_contradicts(statement, text):
    """Directions, several negations, and numbers that look like years."""
    (found,) = cotool.statement_support([statement], [text])
    assert found.contradicting == (0,)


def test_whole_names_are_in_conflict():
    """A first name and a surname are one value."""
    (found,) = cotool.statement_support(
        ["The architect was Lena Brandt."], ["The architect was Paul Weiss."]
    )
    assert [pair[:2] for pair in found.conflicts] == [("Lena Brandt", "Paul Weiss")]


def test_small_letters_of_any_script_are_no_names():
    """A word of Cyrillic or Czech is a name only with a capital."""
    for text in ("Мост построен давно.", "Most je řada kamenů."):
        (found,) = cotool.statement_support([text], [text])
        passages = Passages([[text]])
        assert found.support == 1
        assert not passages.values(0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3.14", "3.1", True),
        ("3.14", "3", False),
        ("25", "25.4", True),
        ("3.14", "3.15", False),
        ("2.75", "2.8", True),
        ("1932", "1930", False),
    ],
)
def test_rounded(one, other, same):
    """A number is another one rounded where it has two digits and fewer decimals."""
    said = "The bridge over the river in the old town is {} long and has two towers."
    for here, there in ((one, other), (other, one)):
        (found,) = cotool.statement_support([said.format(here)], [said.format(there)])
        assert (not found.contradicting) is same
