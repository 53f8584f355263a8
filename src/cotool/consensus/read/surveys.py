"""Surveys: one person per row, one question per column; some have further header rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.read import names
from cotool.consensus.read.families import families
from cotool.consensus.read.layout import Keys
from cotool.consensus.read.plan import SURVEY, Plan
from cotool.consensus.read.sample import RecordSample
from cotool.consensus.read.wide import is_by_person

if TYPE_CHECKING:
    from cotool.consensus.read.columns import Column
    from cotool.consensus.read.long import Long

# Qualtrics writes three header rows; the third has this. SurveyMonkey writes two.
_IMPORT = '{"ImportId"'
# What SurveyMonkey writes under a question with one answer.
_SINGLE = frozenset({"response", "open-ended response"})
_QUALTRICS = "QID"
# Columns that survey programs add: startlanguage, IPAddress, device_type, "#".
_PROGRAM_NAME = lazy_pattern(r"(?!(?i:q)\d)(?:[a-z]\w*|[A-Z]+[a-z]*[A-Z]\w*|\w*_\w*|\W*)")
# What survey programs add under such a name, also before a title: "lastpage. Last page".
_ADDED = frozenset(
    {
        *("lastpage", "startlanguage", "seed", "submitdate", "startdate", "datestamp", "ipaddr"),
        *("refurl", "token", "response type", "network id", "tags", "stage date", "total points"),
        *("quiz feedback", "total score", "score", "status", "state", "attempt", "duration"),
        *("time taken", "time spent", "attempts", "section", "progress", "finished", "collector"),
        *("validation status", "submitted by", "review state", "form version", "n correct"),
        *("n incorrect", "grade", "creator", "editor", "number of correct answers"),
        *("number of incorrect answers", "correct answers", "objectid", "x", "y"),
        *("last page accessed", "last page", "completion status", "submission ip", "ip address"),
        *("letzte seite", "start sprache", "startsprache", "antwort id", "zufallsstartwert"),
        *("dernière page", "langue de départ", "id de la réponse", "última página"),
        *("lenguaje inicial", "id de respuesta", "ultima pagina", "lingua iniziale"),
        *("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自ip", "总分"),
    }
)
# What quizzes add to a question: "Points - Which …?", "Which …? [Score]".
_MARKS = frozenset("points point score scores feedback grade correct right answer max".split())
# Words of titles that ask who answers, and of columns that tell about this person.
_WHO = frozenset(
    "name names named called email mail nom prénom appelez nombre llamas apellido nome cognome "
    "chiamo heissen heisst vorname nachname namn heter navn hedder naam imię имя фамилия зовут "
    "名前 氏名 姓名 名字 이름 성함 اسمك नाम initials handle nickname".split()
)
_ABOUT = frozenset(
    "department team company organisation organization role position job occupation age gender sex "
    "country city location school class year office branch unit abteilung firma alter geschlecht "
    "land ort schule klasse société entreprise âge sexe pays ville empresa edad género país ciudad "
    "部署 会社 年齢 性別 部门 公司 年龄 性别".split()
)
_NAME_WORDS = 4  # the most in a name
# One row of a grid of questions: "Rate the following [Taste]", `q1[SQ001]`.
_GRID = lazy_pattern(r"[^\[\]]+\[[^\[\]]+\]")
# The code of a question: AB01, A002_01, Q3a, v_12.
_CODE = lazy_pattern(r"(?!(?i:time|date|id|zeit|dauer))[A-Za-z]{1,3}_?\d{1,4}(?:[_.]\d+)*[a-z]?")
_FIGURES = lazy_pattern(r"[-+\d.,:/ TZ]*\d[-+\d.,:/ TZ]*")
_NOT_ASKED = frozenset(
    {names.TIME, names.OWN_ID, names.ITEM_ID, names.EXPERT, names.BESIDE, names.CONFIDENCE}
)


def without_titles(rows: Sequence[Mapping[str, Any]]) -> tuple[int, dict[str, str] | None]:
    """Return how many records are further header rows, and the questions' texts by column."""
    for place, row in enumerate(rows[:2]):
        cells = {key: str(value) for key, value in row.items() if value}
        marks = [key for key, text in cells.items() if text.startswith(_IMPORT)]
        if marks and len(marks) >= 0.8 * len(cells):
            named = rows[0] if place == 1 else {key: key for key in row}
            questions = [key for key in marks if _QUALTRICS in cells[key]]
            titles = {key: str(named.get(key) or key).strip() for key in questions or marks}
            return place + 1, titles
    if not rows:
        return 0, None
    if titled := _titles_below_codes(rows):
        return 1, titled
    cells = {key: str(value).strip() for key, value in rows[0].items() if value}
    single = [key for key, text in cells.items() if text.casefold() in _SINGLE]
    # A row of titles names no person, but an index may number it.
    unnamed = any(not rows[0].get(key) for key in list(rows[0])[:2])
    if not single or not (unnamed or 2 * len(single) >= len(cells)):
        return 0, None
    asked: dict[str, str] = {}
    last = ""
    for key, value in rows[0].items():
        text = str(value or "").strip()
        # The options of a multiple-answer question have columns without names.
        last = last if names.words_of(key)[:1] in {(), ("unnamed",)} else key
        if text and last:
            asked[key] = last if text.casefold() in _SINGLE else f"{last.strip()}: {text}"
    return 1, asked


def _titles_below_codes(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the titles in the first record of a survey, by the codes that are its columns' names.

    Most cells there are texts above numbers and times, and no title recurs below.
    """
    below = rows[1:]
    cells = {key: str(value).strip() for key, value in rows[0].items() if value}
    if len(below) < 2 or len(cells) < 0.8 * len(rows[0]):
        return {}
    recurs = any(
        str(row.get(key) or "").strip() == text for row in below for key, text in cells.items()
    )
    figures = [
        key
        for key in cells
        if (given := [str(row[key]) for row in below if row.get(key)])
        and all(map(_FIGURES.fullmatch, given))
    ]
    titled = sum(not _FIGURES.fullmatch(cells[key]) for key in figures)
    if recurs or len(figures) < 2 or titled < len(figures):
        return {}
    return {key: text for key, text in cells.items() if _CODE.fullmatch(key)}


def find_survey(sample: RecordSample, long: Long | None) -> Plan | None:
    """Return the plan of a survey, with one record per person; None if it is not one."""
    if sample.keys.question_columns or sample.titles is not None:
        return _plan(sample)
    if len(sample.rows) < 2:
        return None
    if _are_grids(sample) or len(_texts_beside(sample)) > 1:
        return _plan(sample)
    if is_by_person(sample):
        if sum(names.is_coded(c.path) for c in sample.texts) > 1:
            return _plan(sample)
        family = _asked_of_each(sample)
        if family:
            keys = replace(sample.keys, question_columns=tuple(c.path for c in family))
            return _plan(RecordSample(sample.rows, sample.name, keys))
    asked = [c for c in sample.texts if names.asks(c.path) and c.part != names.TIME]
    if not asked:
        return None
    if long is not None and long.recurs and long.item and not names.asks(long.item.path):
        # If every record is another person's, a column without a known name, such as their country,
        # is not an item that several people answered.
        other = long.item.is_constant or long.item.part in {names.UNKNOWN, names.OWN_ID}
        if not (sample.person and other and len(asked) > 1):
            return None
    several = len(asked) >= 2 or 2 * len(asked) >= len(_questions(sample))
    return _plan(sample) if several else None


def _are_grids(sample: RecordSample) -> bool:
    """Whether columns are the rows of grids, in records that have a time each and no item."""
    if not sample.is_dated or sample.keys.names_parts:
        return False
    grids = [c for c in sample.texts if _GRID.fullmatch(c.path.strip())]
    taken = {*grids}
    rest = (c for c in sample.texts if c not in taken)
    item = any(c.is_called(names.QUESTION, names.ITEM_ID) >= names.PLAIN for c in rest)
    return len(grids) > 1 and not item


def _asked_of_each(sample: RecordSample) -> Sequence[Column]:
    """Return numbered columns with common values (Claim 1), if nothing else may be an item."""
    others = [c for c in sample.texts if not c.is_called(names.EXPERT)]
    family = next((one for one in families(others) if one.numbered and one.shares), None)
    if family is None or any(c.is_called(names.ANSWER) for c in family.columns):
        return ()
    taken = {*family.columns}
    rest = (c for c in others if c not in taken)
    item = any(c.is_called(names.QUESTION, names.ITEM_ID) >= names.PLAIN for c in rest)
    return () if item else family.columns


def _plan(sample: RecordSample) -> Plan:
    person = _person(sample)
    titles = sample.titles or {}
    columns = [c for c in _questions(sample) if c is not person]
    if not titles and not sample.keys.question_columns and (beside := _texts_beside(sample)):
        titles, columns = beside, [c for c in columns if c.path in beside]
    if not columns:
        from cotool.consensus.read.advice import nothing_found

        raise nothing_found(sample)
    return Plan(
        SURVEY,
        Keys(question="question", content="answer", expert="expert", id="", responses=""),
        questions=tuple((c.path, titles.get(c.path) or c.path.strip()) for c in columns),
        person=person.path if person else None,
    )


def _texts_beside(sample: RecordSample) -> dict[str, str]:
    """Return the questions' texts where each has a column beside its answer: Question 1, Answer 1.

    Every record has the same text there.
    """
    asked: dict[str, str] = {}
    answers: dict[str, str] = {}
    for column in sample.texts:
        *stem, number = names.words_of(column.path) or ("",)
        part = names.hint_of(" ".join(stem)).part if stem and number.isdigit() else ""
        if part == names.QUESTION and column.is_constant:
            asked[number] = next(iter(column.counts))
        elif part == names.ANSWER:
            answers[number] = column.path
    return {answers[n]: text for n, text in asked.items()} if asked.keys() <= answers.keys() else {}


def _questions(sample: RecordSample) -> list[Column]:
    if sample.keys.question_columns:
        given = {*sample.keys.question_columns}
        return [c for c in sample.columns if c.path in given]
    if sample.titles is not None:
        return [c for c in sample.columns if c.path in sample.titles]
    person = _person(sample)
    asked = [c.path.strip() for c in sample.texts if names.asks(c.path)]
    return [
        c
        for c in sample.texts
        if not _is_mark(c.path, asked)
        and not _is_added(c.path)
        and not (asked and c.path.strip() not in asked and _is_about(c.path))
        and (
            names.asks(c.path)
            or (
                c is not person
                and c.part not in _NOT_ASKED
                and not _PROGRAM_NAME.fullmatch(c.path.strip())
                and not c.is_time
                and not c.is_code
                and "@" not in next(iter(c.counts))
                # "Progress" among columns that are named by the questions' full texts.
                and not (
                    c.is_constant
                    and c.is_number
                    and " " not in c.path.strip()
                    and not names.is_coded(c.path)
                )
            )
        )
    ]


def _is_mark(name: str, asked: Sequence[str]) -> bool:
    """Whether a column is what a quiz adds to a question: its points, or feedback."""
    if not any(mark in name.casefold() for mark in _MARKS):
        return False
    for question in asked:
        if question in name and question != name.strip():
            rest = names.words_of(name.replace(question, " "))
            return bool(rest) and _MARKS.issuperset(rest)
    return False


def _is_added(name: str) -> bool:
    """Whether a survey program adds a column of this name."""
    code, _, title = name.partition(". ")
    words = " ".join(names.words_of(code if title else name.partition("(")[0].partition("/")[0]))
    return words in _ADDED


def _is_about(name: str) -> bool:
    """Whether a column tells about the person, beside columns that ask: their department."""
    words = names.words_of(name)
    return 0 < len(words) <= 2 and not _ABOUT.isdisjoint(words)


def _is_named_by(column: Column) -> bool:
    """Whether the question asks who answers: "Your name", "Wie heißen Sie?"."""
    return (
        column.is_unique
        and not _WHO.isdisjoint(names.words_of(column.path))
        and all(len(value.split()) <= _NAME_WORDS for value in column.counts)
    )


def _person(sample: RecordSample) -> Column | None:
    if sample.keys.expert:
        return sample.by_path.get(sample.keys.expert)
    unique = [c for c in sample.texts if c.is_unique and not c.is_time and not names.asks(c.path)]
    likely = (
        *(c for c in sample.texts if names.asks(c.path) and _is_named_by(c)),
        *(c for c in unique if _is_named_by(c)),
        *(c for c in unique if c.is_called(names.EXPERT)),
        *(c for c in unique if c.is_called(names.OWN_ID, names.ITEM_ID)),
        *(c for c in unique if not names.words_of(c.path)),
    )
    return next(iter(likely), None)
