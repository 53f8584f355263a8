"""Templates as groups, and their parameters as measures."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

import cotool
from cotool.cli.app import main
from cotool.errors import InputError


@pytest.fixture
def log(tmp_path):
    """A log of three templates; its path, and the milliseconds and rows of the queries."""
    chance = random.Random(5)
    lines, queries, kinds = [], [], Counter()
    for n in range(3000):
        head = f"2026-01-01T00:{n // 60:02}:{n % 60:02}Z INFO "
        kind = chance.choice(("query", "user", "disk"))
        kinds[kind] += 1
        if kind == "query":
            queries.append((chance.randint(1, 400), chance.randint(0, 9)))
            lines.append(head + "query took {} ms, rows={}".format(*queries[-1]))
        elif kind == "user":
            lines.append(head + f"user {chance.randint(1, 50)} logged in")
        else:
            lines.append(head + f"wrote {chance.choice(('4KB', '2MiB', '100B'))} to disk")
    path = tmp_path / "app.log"
    path.write_text("\n".join(lines) + "\n")
    return path, queries, kinds


def ids_of(path):
    """The ids of the templates by their first words."""
    found = cotool.analyze_logs(path, templates=True).templates
    return {template.text.split()[0]: template.id for template in found}


@pytest.mark.parametrize("threads", [1, 2])
def test_parameters_are_the_oracles(log, threads):
    """Counts, sums and ranges of a parameter, by its number and by its name."""
    path, queries, kinds = log
    ids = ids_of(path)
    key = ids["query"]
    found = cotool.analyze_logs(
        path,
        measures={"by number": f"{key[:5]}#1", "by name": f"{key}.ms", "rows": f"{key}#rows",
                  "size": f"{ids['wrote']}#1"},
        by=["template"],
        num_threads=threads,
    )  # fmt: skip
    one, two, rows, size = found.measures.total.measures
    milliseconds = [ms for ms, _ in queries]
    assert one == two
    assert (one.count, one.missing) == (len(queries), 3000 - len(queries))
    assert one.sum == pytest.approx(sum(milliseconds) / 1000)
    assert (one.least, one.greatest) == (min(milliseconds) / 1000, max(milliseconds) / 1000)
    assert rows.sum == sum(count for _, count in queries)
    assert (size.least, size.greatest) == (100, 2 << 20)
    assert [fact.unit for fact in found.measures.facts()] == ["s", "s", "", "B"]
    groups = {group.values[0]: group.records for group in found.measures.groups}
    assert groups == {
        ids["query"]: kinds["query"], ids["user"]: kinds["user"], ids["wrote"]: kinds["disk"],
    }  # fmt: skip
    assert found.templates is not None
    assert found.counts.records == 3000


def test_conditions_know_templates(log):
    """`template=ID` takes the beginning of an id; other filters and steps work as ever."""
    path, queries, _ = log
    key = ids_of(path)["query"]
    found = cotool.analyze_logs(
        path, measures={"ms": f"{key}#ms"}, where=f"template={key[:4]} and rows>=5", step=600
    )
    wanted = [ms for ms, rows in queries if rows >= 5]
    assert found.counts.records == len(wanted)
    assert found.measures.total.measures[0].sum == pytest.approx(sum(wanted) / 1000)
    assert sum(step.records for step in found.measures.total.steps.values()) == len(wanted)


def test_unknown_templates_are_an_error(log):
    """The hint names the templates or the parameters that there are."""
    path, *_ = log
    key = ids_of(path)["query"]
    with pytest.raises(InputError, match="not the id of a template"):
        cotool.analyze_logs(path, measures=["ffff#1"])
    with pytest.raises(InputError, match="has no parameter '7'") as caught:
        cotool.analyze_logs(path, measures=[f"{key}#7"])
    assert "#1 or #ms, #2 or #rows" in caught.value.hint
    with pytest.raises(InputError, match="on one machine"):
        cotool.analyze_logs(path, by=["template"], engine="dask-local")


def test_groups_show_the_texts_of_templates(log, capsys, tmp_path):
    """Tables, reports and JSON have the texts; standard input is read twice from a copy."""
    path, *_ = log
    key = ids_of(path)["query"]
    assert main(["analyze-logs", str(path), "--by", "template", "-m", f"t={key}#ms",
                 "--fail-on", "p99(t)>1ms"]) == 1  # fmt: skip
    out, err = capsys.readouterr()
    assert "query took <*> ms, rows=<*>" in out
    assert "p99(t) is" in err
    assert max(map(len, out.splitlines())) <= 80
    page = tmp_path / "page.html"
    assert main(["analyze-logs", str(path), "--by", "template", "-q", "-o", str(page)]) == 0
    assert "user &lt;*&gt; logged in" in page.read_text() or "logged in" in page.read_text()
    assert main(["analyze-logs", str(path), "--by", "template", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    texts = {one["id"]: one["template"] for one in found["templates"]}
    assert {texts[group["values"]["template"]] for group in found["measures"]["groups"]} == {
        "query took <*> ms, rows=<*>", "user <*> logged in", "wrote <*> to disk",
    }  # fmt: skip
    for words, text in (
        (["--templates", "off"], "needs templates"),
        (["--follow"], "cannot be combined with --follow"),
    ):
        assert main(["analyze-logs", str(path), "--by", "template", *words]) == 2
        assert text in capsys.readouterr().err
