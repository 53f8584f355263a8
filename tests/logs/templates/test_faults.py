"""Kinds of messages that were mixed, or torn apart: each must stay as its call wrote it."""

from __future__ import annotations

import pytest

from cotool import mine_templates
from cotool.logs.templates.names import named, names_of
from cotool.logs.templates.tokens import PARAMETER
from logs.templates.systems import CHOSEN, HELD, MANNERS, make_program
from logs.templates.test_quality import grouping

_TREES = "ash beech cork dogwood elder fig gum hemlock ivy juniper kauri lime mango neem oak pear"


def texts(lines):
    """Return templates with their counts."""
    return {t.text: t.count for t in mine_templates(lines)}


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        # What quotes hold is text where the message is in them; methods part messages.
        (
            [f'E0301 09:00:0{n}.1 7 a.go:{n}] "Volume attached" pod="ns/{n}"' for n in range(5)]
            + [f'E0301 09:00:0{n}.1 7 a.go:3] "Volume gone" pod="ns/{n}"' for n in range(5)],
            {'"Volume attached" pod="<*>"': 5, '"Volume gone" pod="<*>"': 5},
        ),
        (
            [f'"{verb} /a/b/{n}" took {n} ms' for verb in ("PUT", "HEAD") for n in range(4)],
            {'"PUT <*>" took <*> ms': 4, '"HEAD <*>" took <*> ms': 4},
        ),
        # A value of another shape; an optional part.
        (
            [f"route via {hop}, cost 4" for hop in ("10.1.2.3", "10.1.2.4", "LINK(2)")],
            {"route via <*>, cost <*>": 3},
        ),
        (
            ["kept 512 bytes, age <1 min", "kept 4096 bytes (4 KB), age 12 min"],
            {"kept <*>, age <*>": 2},
        ),
        # Words that go together are text; a name that is a value elsewhere is one here too.
        (
            [f"unit {tree} moved into warm aisle unlocked" for tree in _TREES.split()]
            + [f"unit {tree} moved into cold aisle sealed" for tree in _TREES.split()[:4]],
            {
                "unit <*> moved into warm aisle unlocked": 16,
                "unit <*> moved into cold aisle sealed": 4,
            },
        ),
        # Two values are enough after a key, beside other text.
        (
            ["pump set mode=auto by rule", "pump set mode=manual by rule"],
            {"pump set mode=<*> by rule": 2},
        ),
        (
            ['fan changed level="low" now', 'fan changed level="high" now'],
            {'fan changed level="<*>" now': 2},
        ),
        # Event words that look like ids, and ids.
        (
            [f"{event} raised" for event in ("tankEmpty", "lidOpen", "arm-stuck", "tapLeak")],
            {f"{event} raised": 1 for event in ("tankEmpty", "lidOpen", "arm-stuck", "tapLeak")},
        ),
        ([f"{name} raised" for name in ("a.b/1x", "c.d/2y", "e.f/3z")], {"<*> raised": 3}),
        # Heads.
        (
            [f"[W 2031-03-01 09:00:{n:02d}.5 NoteApp] Saved cell {n}" for n in range(12)],
            {"Saved cell <*>": 12},
        ),
        (
            [f"{x}.example.org joined after {n} s" for x in ("opal", "jade") for n in range(9)],
            {"opal.example.org joined after <*> s": 9, "jade.example.org joined after <*> s": 9},
        ),
        (
            [f"2031-03-01 09:00:{n:02d} UTC [7{n}] LOG:  duration: {n}.5 ms" for n in range(20)]
            + ["2031-03-01 09:00:01 UTC [9] LOG:  database system is ready"],
            {"duration: <*> ms": 20, "database system is ready": 1},
        ),
        (
            [
                f"2031-03-01 09:00:{n:02d}.123 UTC [7{n}] web@shop {text}"
                for n in range(20)
                for text in (
                    f"LOG:  checkpoint took {n} ms",
                    f"ERROR:  no tap at character {n}",
                    f"LOG:  wrote {n} buffers",
                    "FATAL:  too many taps",
                )
            ],
            {
                "checkpoint took <*> ms": 20,
                "no tap at character <*>": 20,
                "wrote <*> buffers": 20,
                "too many taps": 20,
            },
        ),
        (
            ['saved doc={"a": [1], "b": {}} ok', "saved doc={} ok", 'saved doc={"c": null} ok'],
            {"saved doc={<*>} ok": 3},
        ),
        # Brackets with whole commands; colours.
        (
            [
                "Mar  1 09:00:01 h cron[7]: (www) RUN (clean /var/tmp/a1)",
                "Mar  1 09:00:02 h cron[8]: (/srv/b2/sync hourly)",
            ],
            {"(www) RUN (clean <*>)": 1, "(<*> hourly)": 1},
        ),
        (
            [f"\x1b[32m2031-03-01 09:00:0{n}\x1b[0m INFO job \x1b[1m{n}\x1b[0m ran" for n in "12"],
            {"job <*> ran": 2},
        ),
        # A number with its unit is one parameter.
        (["took 7.5ms", "took 1.25s", "took 900us", "took 1m30s"], {"took <*>": 4}),
        # What shows an object is one parameter.
        (
            ["sent <Task 'a' ready> to Pool(size=3)", "sent <Task 'b-1' idle> to Pool(name='x')"],
            {"sent <*> to <*>": 2},
        ),
        # Reasons after a colon.
        (
            [
                f"cannot open tap: {reason}"
                for reason in ("rust", "no key", "jammed by ice", "lost its handle today", "broken")
            ],
            {"cannot open tap: <*>": 5},
        ),
        # Names of several words within a sentence; states in small letters stay text.
        (
            [
                f"The {unit} valve entered the {state} state"
                for unit in ("Main Intake", "Bypass", "Upper Tank Drain", "Lab (Cold)")
                for state in ("shut", "open")
            ],
            {
                "The <*> valve entered the shut state": 4,
                "The <*> valve entered the open state": 4,
            },
        ),
        (
            [f"reply of kind {kind} from hub" for kind in ("Ping", "Pong", "Fetch", "Data")],
            {"reply of kind <*> from hub": 4},
        ),
        # Capitals at the beginning of a sentence tell nothing.
        (
            [f"{verb} the old orchard gate" for verb in ("Opened", "Closed", "Painted", "Sold")],
            {f"{verb} the old orchard gate": 1 for verb in ("Opened", "Closed", "Painted", "Sold")},
        ),
        # Lists of any length.
        (
            [f"joined rows {rows} at noon" for rows in ("oak", "fir, elm", "gum, fig, ivy, ash")],
            {"joined rows <*> at noon": 3},
        ),
        # Exceptions, and reasons after a key, to their end.
        (
            [
                f"skipped crate {n} of barn: {error}"
                for n, error in enumerate(
                    ("KeyError: 'lid'", "OSError: [Errno 5] no such shelf", "TimeoutError")
                )
            ],
            {"skipped crate <*> of barn: <*>": 3},
        ),
        (
            [f"gate refused id={n} error={why}" for n, why in enumerate(("bad key", "rust", "no"))],
            {"gate refused id=<*> error=<*>": 3},
        ),
        (
            [f"pruned {n} {'tree' if n == 1 else 'trees'} today" for n in (1, 1, 5, 7)],
            {"pruned <*> <*> today": 4},
        ),
        # Quotes of either kind, with any number of words.
        (
            [
                f"stored the scan as {name}"
                for name in ("'a-1.txt'", '"old map.txt"', "'b.txt'", "'my new map 2.txt'")
            ],
            {"stored the scan as <*>": 4},
        ),
        # Tags before "=" are values if there are many.
        (
            [f"{tag}={n}.5 limit=9" for n, tag in enumerate(
                ("PumpA", "PumpB", "TankHigh", "TankLow", "OvenTop", "OvenBase"))],
            {"<*>=<*> limit=<*>": 6},
        ),
        (["on=1 limit=2", "off=1 limit=2"], {"on=<*> limit=<*>": 1, "off=<*> limit=<*>": 1}),
    ],
)  # fmt: skip
def test_messages_of_calls(lines, wanted):
    """Each call has one template, and no template has several calls."""
    assert texts(lines) == wanted


@pytest.mark.parametrize("half", [CHOSEN, HELD], ids=["chosen", "held"])
@pytest.mark.parametrize("manner", MANNERS)
def test_invented_programs(half, manner):
    """Programs in many manners: few lines in mixed templates, on those held back as well."""
    scores, mixed = [], []
    for trade, _ in (item for item in half if item[1] == manner):
        lines, truth = make_program(trade, manner)
        found = mine_templates(lines)
        ids = [match and match.template.id for match in map(found.match, lines)]
        scores.append(grouping(ids, truth)[0])
        calls = {}
        for one, call in zip(ids, truth, strict=True):
            calls.setdefault(one, set()).add(call)
        mixed.append(sum(len(calls[one]) > 1 for one in ids) / len(ids))
    assert sum(mixed) / len(mixed) <= 0.01
    assert sum(scores) / len(scores) >= (0.99 if manner in {"klog", "slog", "tracing"} else 0.8)


def test_names_of_parameters():
    """A key, a unit, the noun before, the things counted; unique, and none where none is told."""
    for text, wanted in (
        ("took <*> ms", ("ms",)),
        ("user=<*> id=<*>", ("user", "id")),
        ("exit status <*>", ("status",)),
        ("read <*> rows and <*> rows", ("rows", "rows2")),
        ('{"rt": <*>, "path": "<*>"}', ("rt", "path")),
        ("ready <*>", (None,)),
        ("failed to open: <*>", (None,)),
        ("job <*> failed: <*>", ("job", None)),
        ("<*> is <*> % full", (None, "percent")),
    ):
        assert names_of(text.replace("<*>", PARAMETER)) == wanted


def test_texts_with_names():
    """The text for people has names where there are some, and `<*>` elsewhere."""
    assert named("<*> is <*> % full") == "<*> is <percent> % full"
    assert named("user=<*> took <*> ms") == "user=<user> took <ms> ms"
    assert named("ready") == "ready"


def test_numbers_with_units_have_one_range():
    """Of one unit the range is in it; of several in seconds or bytes."""
    for lines, wanted in (
        (["took 7.5ms", "took 12.25ms"], (7.5, 12.25, "ms")),
        (["took 7.5ms", "took 1.5s", "took 500us"], (0.0005, 1.5, "s")),
        (["kept 2 KiB", "kept 100 bytes"], (100, 2048, "B")),
        (["took 7.5ms", "took forever"], (None, None, None)),
    ):
        for template in mine_templates(lines):
            parameters = template.parameters or ()
            for found in parameters:
                assert (found.least, found.greatest, found.unit) == wanted or len(lines) == 2
