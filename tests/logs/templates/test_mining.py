"""Mining: the same templates however the lines come, figures, ids, matching, keeping, comparing."""

from __future__ import annotations

import json
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool import InputError, TemplateSet, analyze_logs, mine_templates
from cotool.logs.api import analyze_sources
from cotool.logs.options import LogOptions
from cotool.logs.scan.sources import find_sources
from cotool.logs.templates.baseline import read_baseline
from cotool.logs.templates.compare import chance, compare, compare_baselines
from cotool.logs.templates.model import Known
from logs.templates.systems import SYSTEMS, make


def figures(found):
    """All that is known of each template."""
    return sorted(
        (t.id, t.text, t.count, dict(t.levels), t.first_seen, t.last_seen, t.parameters, t.examples)
        for t in found.templates
    )


@pytest.fixture(scope="module")
def mixed():
    """Lines of all systems, in no order, so that a file's sample shows every format."""
    lines = [line for name in SYSTEMS for line in make(name, 300)[0]]
    random.Random(3).shuffle(lines)
    return lines


def test_threads_blocks_and_spans_change_nothing(mixed, tmp_path):
    """The same templates for every number of threads and size of blocks and spans."""
    log = tmp_path / "a.log"
    log.write_bytes(b"\n".join(mixed) + b"\n")
    sources = find_sources([str(log)])
    wanted = None
    for threads, span, block in ((1, None, None), (2, 5000, 4096), (4, 777, 1000), (2, 100_000, 1)):
        options = LogOptions(templates=True, num_threads=threads, span_size=span, block_size=block)
        found = figures(analyze_sources(sources, options).templates)
        wanted = wanted or found
        assert found == wanted


@pytest.mark.parametrize("zone", ["UTC", "MEZ", "PKT", "AEDT", "WIB", "IST", "PM"])
def test_zones_are_no_part_of_the_message(zone):
    """A zone behind the time belongs to the head, whatever its name."""
    lines = [f"2026-03-02 08:00:{n:02d} {zone} lamp {n} is lit".encode() for n in range(20)]
    assert [t.text for t in mine_templates(lines).templates] == ["lamp <*> is lit"]


@given(st.randoms(use_true_random=False), st.integers(2, 5))
def test_order_and_parts_change_nothing(chance, parts):
    """The same templates for every order of lines, cut anywhere, merged in any order."""
    lines = [line for name in SYSTEMS for line in make(name, 40)[0]]
    wanted = figures(mine_templates(lines))
    chance.shuffle(lines)
    sets = [mine_templates(lines[n::parts]) for n in range(parts)]
    chance.shuffle(sets)
    total = sets[0]
    for one in sets[1:]:
        total = total.merge(one)
    assert figures(total) == wanted


def test_counts_add_up(mixed):
    """Every record belongs to one template; figures of parts are figures of the whole."""
    found = mine_templates(mixed)
    assert sum(t.count for t in found) == found.records == len(mixed)
    for template in found:
        assert sum(template.levels.values()) == template.count
        assert len(template.parameters) == template.text.count("<*>")
        for parameter in template.parameters:
            assert sum(count for _, count in parameter.top) <= 1.5 * template.count
            assert 1 <= parameter.distinct <= template.count


def test_parameters_have_their_figures():
    """Distinct values, the most frequent ones, the range of numbers."""
    lines = [f"took {n % 7 + 1}.5 ms for user {'ab'[n % 3 == 0]}{n % 2}" for n in range(42)]
    (template,) = mine_templates(lines).templates
    assert template.text == "took <*> ms for user <*>"
    took, user = template.parameters
    assert (took.distinct, took.exact, took.least, took.greatest) == (7, True, 1.5, 7.5)
    assert took.top[0] == ("1.5", 6)
    assert dict(user.top) == {"a0": 14, "a1": 14, "b0": 7, "b1": 7}
    assert user.least is None


def test_lists_and_optional_parts_are_one():
    """Messages of different numbers of words that say the same."""
    groups = [
        [f"free berths: {', '.join('1234'[:n])}" for n in (1, 2, 4)],
        ["sent 5 bytes ok", "sent 2048 bytes (2.0 KB) ok"],
        ["pair 1:2", "pair 1:2 3:4", "pair 1:2 3:4 5:6"],
        ["ready=true,n=4", "ready=false,n=5"],
    ]
    for group in groups:
        assert len(mine_templates(group)) == 1, group


def test_opposites_stay_apart():
    """Words that differ are text where there are few of them."""
    lines = [f"VM {n} {word}" for n in range(50) for word in ("started", "stopped", "paused")]
    found = mine_templates(lines)
    assert sorted(t.text for t in found) == ["VM <*> paused", "VM <*> started", "VM <*> stopped"]


def test_match_names_template_and_parameters(mixed):
    """A line of the set, and one that nobody has seen, find their template."""
    found = mine_templates(mixed)
    for line in mixed[::7]:
        match = found.match(line)
        assert match is not None
        assert len(match.parameters) == match.template.text.count("<*>")
    found = mine_templates(make("harbour")[0])
    match = found.match(
        "2031-05-07 11:00:00,001 INFO [main] harbour.core.Dock - Pilot nobody on board of x-9"
    )
    assert match is not None
    assert match.template.text == "Pilot <*> on board of <*>"
    assert match.parameters == ("nobody", "x-9")
    assert found.match("something else altogether, never seen") is None
    assert found.match("") is None or found.match("").template.text == ""


def test_sets_are_kept_and_sent(mixed, tmp_path):
    """Saved, loaded and pickled sets have the same templates and go on adding up."""
    found, more = mine_templates(mixed[::2]), mine_templates(mixed[1::2])
    for name in ("a.json", "a.json.gz"):
        found.save(tmp_path / name)
        assert figures(TemplateSet.load(tmp_path / name)) == figures(found)
    sent = pickle.loads(pickle.dumps(found))
    assert figures(sent.merge(more)) == figures(mine_templates(mixed))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b'{"schema":"x"}', b"\x1f\x8b\x08", b"\xff\xfe", b"[" * 100_000,
        b'{"schema":"cotool.logs.template-set/1","known":[],"heads":null,"forms":[[1,2]]}',
        b'{"schema":"cotool.logs.template-set/1","known":[],"heads":5,"forms":[]}',
    ],
)  # fmt: skip
def test_what_is_no_set_is_refused(tmp_path, content):
    """Damaged files raise InputError that names them."""
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.json"):
        TemplateSet.load(path)
    with pytest.raises(InputError, match=r"x\.json"):
        read_baseline(str(path))


def test_ids_last(mixed, tmp_path):
    """An id is the same in every run, and with a baseline even as the template widens."""
    one = mine_templates(["user ann logged in", "disk full"])
    two = mine_templates(["user ann logged in"])
    assert {t.id for t in two} <= {t.id for t in one}
    one.save(tmp_path / "one.json")
    before = read_baseline(str(tmp_path / "one.json"))
    names = ["user ann logged in", *(f"user {name} logged in" for name in ("bob", "cat", "dan"))]
    wider = mine_templates(names).with_known(before.known, before.heads)
    (template,) = wider.templates
    assert template.text == "user <*> logged in"
    assert template.id in {t.id for t in one if "logged" in t.text}
    found = compare(wider, before)
    assert [change.text for change in found.vanished] == ["disk full"]
    assert found.new == ()


def test_a_baseline_of_older_rules_is_matched_by_text(tmp_path):
    """Templates that an older version wrote otherwise are known, and keep their ids."""
    old = {
        "0123456789ab": "took <*>.<*>ms for u<*>",
        "0123456789ac": "sent <*> bytes (<*> KB) to <*>:<*>",
        "0123456789ad": "state of node is ready=<*>, tags [<*>, <*>]",
    }
    items = [
        {"id": key, "template": text, "form": text, "count": 3, "levels": {}}
        for key, text in old.items()
    ]
    document = {"schema": "cotool.logs.templates/1", "records": 9, "templates": items}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(document))
    before = read_baseline(str(path))
    now = mine_templates([
        "took 7.25ms for u9", "took 9.5ms for u8", "sent 5 bytes (1 KB) to 10.0.0.7:443",
        "state of node is ready=true, tags [1, 2, 3]",
    ])  # fmt: skip
    found = compare(now.with_known(before.known, before.heads), before)
    assert (found.new, found.vanished) == ((), ())
    assert {t.id for t in now.with_known(before.known, before.heads)} == set(old)


def test_comparison_is_significant(tmp_path):
    """A rate has changed where chance does not explain it, and not before."""
    mine_templates(["a b 1"] * 900 + ["c d 2"] * 90 + ["e f 3"] * 10).save(tmp_path / "a.json")
    before = read_baseline(str(tmp_path / "a.json"))
    now = mine_templates(["a b 4"] * 900 + ["c d 5"] * 300 + ["e f 6"] * 12)
    found = compare(now.with_known(before.known, before.heads), before)
    assert [(change.text, change.before, change.after) for change in found.changed] == [
        ("c d <*>", 90, 300)
    ]
    assert found.unchanged == 2
    assert chance(10, 1000, 10, 1000) == 1
    assert chance(10, 1000, 40, 1000) < 1e-4
    assert chance(0, 0, 0, 0) == 1


def test_hostile_lines_stay_bounded():
    """With every line different the tail is folded, and nothing is lost."""
    chance = random.Random(5)

    def word():
        return "".join(chance.choices("ghijklmnopqrst", k=9))

    lines = [f"{word()} {word()} {word()}" for _ in range(60_000)] + ["all is well"] * 10
    found = mine_templates(lines)
    assert found.records == len(lines)
    assert found.folded > 50_000
    assert len(found) < 1000


def test_odd_lines_do_no_harm():
    """Empty lines, NUL bytes, broken UTF-8, marks of the kernel itself, lines without end."""
    lines = [
        b"", b" ", b"\0\0", b"\xff\xfe broken", b"\x01\x02\x03\x04\x1f", b"x" * 300_000,
        b"<*> <*>", b"{" * 5000, b'{"msg":"', "grün 5 ε".encode(), b"\t\t\t", b"((((((",
    ]  # fmt: skip
    found = mine_templates(lines * 2)
    assert found.records == 2 * len(lines)
    for line in lines:
        found.match(line)
    json.dumps([t.text for t in found])


def test_records_of_several_lines_count_once(tmp_path):
    """Of a record with a stack trace the first line is its message."""
    log = tmp_path / "a.log"
    log.write_text(
        "2031-05-07 11:00:00 ERROR job 1 failed\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)\n"
        "2031-05-07 11:00:01 ERROR job 2 failed\n\tat a.b(C.java:1)\n"
    )
    summary = analyze_logs(log, templates=True)
    (template,) = summary.templates.templates
    assert (template.text, template.count, summary.counts.lines) == ("job <*> failed", 2, 5)
    assert (template.level, template.last_seen - template.first_seen) == ("error", 1)


def test_filters_choose_what_is_mined(mixed, tmp_path):
    """Templates are those of the records that pass the filters."""
    log = tmp_path / "a.log"
    log.write_bytes(b"\n".join(mixed) + b"\n")
    summary = analyze_logs(
        log, templates=True, levels=["error"], patterns={"c": r"rane \d"}, match=["c"]
    )
    assert summary.templates.records == summary.counts.records > 0
    assert all(t.level == "error" and "rane" in t.text for t in summary.templates)


def test_the_example_of_the_docs():
    """What docs/logs.md shows is so."""
    found = mine_templates(["disk /dev/sda is 91 % full", "disk /dev/sdb is 97 % full"])
    assert [t.text for t in found] == ["disk <*> is <*> % full"]
    assert found.match("disk /dev/sdc is 12 % full").parameters == ("/dev/sdc", "12")


def test_free_text_folds_alone():
    """A message with free text takes no other message with it."""
    chance = random.Random(9)
    words = ["".join(chance.choices("ghijklmnopq", k=7)) for _ in range(3000)]
    lines = [f"search: {' '.join(chance.choices(words, k=4))}" for _ in range(40_000)]
    lines += [f"order {n} shipped to {chance.choice('abc')}" for n in range(500)] + ["ready"] * 9
    found = mine_templates(lines)
    texts = {t.text: t.count for t in found}
    assert texts["ready"] == 9
    assert sum(count for text, count in texts.items() if text.startswith("order <*>")) == 500
    assert found.folded == 40_000


def test_independent_values_are_one_template():
    """Ten switches of three states each are one message, not 59,049."""
    chance = random.Random(4)
    keys = "db cache queue disk net auth mail cron api web".split()
    lines = [
        "health: " + " ".join(f"{key}={chance.choice(['up', 'down', 'slow'])}" for key in keys)
        for _ in range(2000)
    ]
    assert len(mine_templates(lines)) == 1


def test_wrong_types_are_told():
    """What is no line raises TypeError; a lone surrogate is a character like any other."""
    with pytest.raises(TypeError, match="str or bytes, not int"):
        mine_templates([1])
    with pytest.raises(TypeError, match="not NoneType"):
        mine_templates(["a"]).match(None)
    assert mine_templates(["a \ud800 1"]).records == 1
    assert repr(mine_templates(["a", "b"])) == "<TemplateSet of 2 templates, 2 records>"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "cotool.logs.templates/99"}, "its schema is"),
        ({"schema": None}, "holds no templates"),
        ({"records": -1}, "records: expected"),
        ({"records": 0}, "records: expected at least the sum"),
        ({"templates": 5}, "templates: expected a list"),
        ({"templates": [5]}, r"templates\[0\]: expected an object"),
        ({"heads": 5}, "heads: expected"),
        ({"count": True}, r"templates\[0\].count: expected a whole number"),
        ({"count": 1e400}, r"templates\[0\].count: expected a whole number"),
        ({"count": 10**30}, r"templates\[0\].count: expected a whole number"),
        ({"levels": {"bogus": 3}}, r"templates\[0\].levels: expected"),
        ({"form": 3}, r"templates\[0\].form: expected"),
        ({"id": "xyz"}, r"templates\[0\].id: expected"),
    ],
)
def test_a_tampered_baseline_is_refused(tmp_path, change, message):
    """The error names the file and the member that is wrong."""
    item = {"id": "0123456789ab", "template": "a <*>", "form": "a <*>", "count": 3, "levels": {}}
    document = {"schema": "cotool.logs.templates/1", "records": 3, "templates": [item]}
    for key, value in change.items():
        (item if key in item else document)[key] = value
    path = tmp_path / "base.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"base\.json: " + message):
        read_baseline(str(path))


def test_two_reports_are_compared_as_one(tmp_path):
    """What is text to one run and a parameter to the other is not a change."""
    paths = []
    for names in (["ann"], ["ann", "bob", "cat", "dan"]):
        summary = mine_templates([f"user {name} logged in" for name in names] * 5)
        paths.append(tmp_path / f"{len(names)}.json")
        summary.save(paths[-1])
    found = compare_baselines(*(read_baseline(str(path)) for path in paths))
    assert (found.new, found.vanished) == ((), ())


def test_templates_of_other_rules_are_matched_by_text():
    """An earlier template whose text another version made fits the lines, and keeps its id."""
    lines = [f"tap {n} moved to well-{n}:{n} (by {who})" for n in range(9) for who in (4, 7)]
    (now,) = mine_templates(lines).templates
    known = Known("0123456789ab", "tap <*> moved to <*>:<*> (<*>)", "", 7, {})
    other = Known("ba9876543210", "tap <*> sold to <*>", "", 7, {})
    found = mine_templates(lines).with_known((known, other), None)
    (template,) = found.templates
    assert (template.id, template.text) == (known.id, now.text)
    assert found.holds_known(template) == (known,)


def test_nothing_is_new_against_the_same_log():
    """The templates of a log keep their ids against its own templates, whatever their forms."""
    lines = [
        text
        for n in range(8)
        for text in (
            f"file f{n}.csv of {'ABCDEFGH'[n]}-bank contains {n} entries, {n}.5 {'EUR' * (n % 2)}x",
            f"cache hit for key ('a{n}', {n}, 7)",
            f"found {n} of {n} trees, <{n}>",
            f"linked //core/a{n}:{('lib', 'main', 'tests', 'docs')[n % 4]} for arm",
            f"crate {n} moved by {('Ann Lee', 'Bo', 'Cy Young', 'Di de Vries')[n % 4]}",
            f"to=<u{n}@example.org>, relay=mx{n}[10.0.0.{n}], status=sent (250 ok {n})",
        )
    ]
    found = mine_templates(lines)
    again = found.with_known([template.to_known() for template in found], found.heads)
    assert [t.id for t in again] == [t.id for t in found]
    assert all(again.holds_known(template) for template in again)
