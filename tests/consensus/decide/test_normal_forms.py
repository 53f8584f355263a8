"""Dates, times, fractions and amounts that are written in several ways have one form."""

from __future__ import annotations

import pytest

from cotool.consensus.decide.anchors import plain_number
from cotool.consensus.decide.normal_forms import in_normal_form


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("on 2020-03-05", "on 5 March 2020"),
        ("am 05.03.2020", "am 5 March 2020"),
        ("on 5 May 2020", "on 5 mai 2020"),
        ("In May, it rains", "In mai, it rains"),
        ("May I go?", "May I go?"),
        ("at 3 pm", "at 15h00"),
        ("at 12:30 a.m.", "at 0h30"),
        ("at 15:00", "at 15h00"),
        ("a ratio of 10:30:20", "a ratio of 10:30:20"),
        ("€10", "10 euros"),
        ("$2.5 million", "2500000 dollars"),
        ("3,5 Millionen", "3500000"),
        ("one thousand people", "1000 people"),
        ("Two thirds of them", "67 of them"),
        ("2/3 of them", "67 of them"),
        ("a quarter of it", "25 of it"),
        ("75% of it", "75% of it"),
        ("the first quarter of 2020", "the first quarter of 2020"),
        ("open 24/7 of course", "open 24/7 of course"),
        ("1.5 km", "1.5 km"),
        ("12,000 metres", "12 km"),
        ("0.4 Kilometer", "400 metres"),
        ("340 километров", "340 km"),
        ("长340公里", "长340 km"),
        ("2,500 kg", "2.5 tonnes"),
        ("2,5 Tonnen", "2.5 tonnes"),
        ("5 tonight, 12 methods", "5 tonight, 12 methods"),
        ("212 °F", "100 °C"),
        ("an hour and a half", "90 minutes"),
        ("2.5 hours", "150 minutes"),
        ("two hours", "two hours"),
        ("opens at 9 am.", "opens at 9h00"),
        ("the nineteenth century", "the 19th century"),
        ("on 2020-13-05", "on 2020-13-05"),
        ("version 1.2", "version 1.2"),
    ],
)
def test_normal_forms(written, normal):
    """Each way of writing a value gives its normal form; other text stays as it is."""
    assert in_normal_form(written) == normal


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1,080", "1080"),
        ("1,200,000.5", "1200000.5"),
        ("3,5", "3.5"),
        ("12", "12"),
        ("0,125", "0.125"),
    ],
)
def test_commas(written, plain):
    """A comma before three digits groups thousands; another is a point."""
    assert plain_number(written) == plain


@pytest.mark.parametrize(
    "text",
    ["1,2,3 km", "1,,2 thousand", "9" * 400 + " kg", "th\u0131rd of it", "s\u0130x thirds of"],
)
def test_what_is_no_amount_is_left(text):
    """Lists of digits, digits without end, and letters of other alphabets stay as they are."""
    assert in_normal_form(text) == text
