"""Words that the caller maps to levels."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotool import InputError, analyze_logs
from cotool.logs.levels import level_named

WORDS = {"STOERUNG": "error", "Betrieb": "info", "prüfen": "warning", "故障": "critical"}
LAYOUTS = {
    "first": "2024-03-01 10:00:{n:02d} {word} pump {n}\n",
    "brackets": "2024-03-01 10:00:{n:02d} [main] [{word}] pump {n}\n",
    "key": "2024-03-01 10:00:{n:02d} pump {n} state={word}\n",
    "json": '{{"time": "2024-03-01T10:00:{n:02d}Z", "level": "{word}", "msg": "pump {n}"}}\n',
    "logfmt": 'time=2024-03-01T10:00:{n:02d}Z level={word} msg="pump {n}"\n',
}


def levels_of(path, text, **options):
    """Return the levels that are counted in a text."""
    path.write_text(text, encoding="utf-8")
    found = analyze_logs(path, **options).counts.levels
    return {level: count for level, count in found.items() if count}


def test_levels_are_named_by_the_words_of_logs():
    """Every word that the table in docs/logs.md lists names its level, in any case."""
    table = re.findall(r"^\| `(\w+)` \| ([A-Z ]+)", Path("docs/logs.md").read_text(), re.MULTILINE)
    assert len(table) == 7
    for level, words in table:
        for word in words.split():
            if word != "A":  # before a slash only
                assert level_named(word, "levels") == level_named(word.title(), "levels") == level
                assert level_named(word.lower(), "levels") == level
    assert level_named("ОШИБКА", "levels") == level_named("Errors", "levels") == "error"
    with pytest.raises(InputError, match="levels: '3' is not a level"):
        level_named("3", "levels")


# A word of each language for an error, a warning and a message.
LANGUAGES = [
    "fehler warnung information", "erreur avertissement information", "ошибка предупреждение инфо",
    "помилка попередження інформація", "błąd ostrzeżenie informacja", "chyba varování informace",
    "hata uyarı bilgi", "fout waarschuwing informatie", "fel varning information",
    "kesalahan peringatan informasi", "오류 경고 정보", "خطأ تحذير معلومات", "错误 警告 信息",
]  # fmt: skip


@pytest.mark.parametrize("layout", ["brackets", "json", "logfmt"])
@pytest.mark.parametrize("style", [str.upper, str.lower, str.capitalize])
@pytest.mark.parametrize("words", LANGUAGES)
def test_words_of_many_languages(tmp_path, layout, style, words):
    """They are levels without an option, in each way of writing."""
    expected = {}
    rows = []
    for n, (word, level) in enumerate(
        zip(words.split(), ["error", "warning", "info"], strict=True)
    ):
        rows += [LAYOUTS[layout].format(n=n, word=style(word))] * (n + 1)
        expected[level] = n + 1
    assert levels_of(tmp_path / "app.log", "".join(rows)) == expected


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("style", [str.upper, str.lower, str.capitalize])
@settings(max_examples=20)
@given(chosen=st.lists(st.sampled_from(sorted(WORDS)), min_size=20, max_size=59))
def test_words_count_as_the_names_of_their_levels(tmp_path_factory, layout, style, chosen):
    """A log with the caller's words has the levels of the same log with the names of levels."""
    path = tmp_path_factory.mktemp("words") / "app.log"

    def text(words):
        return "".join(LAYOUTS[layout].format(n=n, word=word) for n, word in enumerate(words))

    plain = levels_of(path, text(style(WORDS[word]) for word in chosen))
    own = text(style(word) for word in chosen)
    assert levels_of(path, own, level_words=WORDS) == plain
    for options in ({"num_threads": 1}, {"num_threads": 4}):
        assert levels_of(path, own, level_words=WORDS, **options) == plain


def test_a_known_word_may_have_another_level(tmp_path):
    """The caller's word comes before the table of the kernel, in this analysis alone."""
    text = "".join(f"2024-03-01 10:00:{n:02d} NOTICE pump {n}\n" for n in range(20))
    path = tmp_path / "app.log"
    assert levels_of(path, text, level_words=["notice=error"]) == {"error": 20}
    assert levels_of(path, text) == {"notice": 20}


@pytest.mark.parametrize("words", [["STOERUNG"], ["X=error"], ["17=error"], ["OK=good"]])
def test_what_is_no_word_or_no_level_is_refused(tmp_path, words):
    """The error names the parameter."""
    (tmp_path / "app.log").write_text("x\n")
    with pytest.raises(InputError, match="level_words"):
        analyze_logs(tmp_path / "app.log", level_words=words)
