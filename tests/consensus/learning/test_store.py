"""The store, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading

import pytest
from crowds import crowd

from cotool import Gold, InputError, Learning, Store, StoreError, find_consensus_batch
from cotool import give_feedback as judge
from cotool.consensus.learning.ballots import Ballot
from cotool.consensus.learning.exchange import exported, imported
from cotool.consensus.learning.schema import MIGRATIONS, VERSION


def learn(store, asked, truth=None, **options):
    how = Learning(learn=True, gold=Gold(dict(truth or {})), **options)
    results = list(find_consensus_batch(asked, store=store, learning=how))
    return results, how.report


def test_what_was_learned_is_read_again(target):
    """Another process sees the same record and gives the same answers."""
    asked, truth = crowd()
    with Store(target) as store:
        first, report = learn(store, asked, dict(list(truth.items())[:60]))
        state = exported(store.read())
    assert (report.agreement, report.truths, report.again, report.unmatched) == (120, 60, 0, 0)
    with Store(target) as store:
        assert exported(store.read()) == state
        again = list(find_consensus_batch(asked, store=store))
    assert [one.answer for one in again] == [one.answer for one in first]
    assert [one.confidence for one in again] == pytest.approx([one.confidence for one in first])
    assert again[-1].judgements == 60
    assert again[-1].method == "learned"


def test_nothing_is_learned_twice(store):
    """The same file again changes nothing; a corrected answer takes the place of the old one."""
    asked, truth = crowd()
    learn(store, asked, truth)
    state = exported(store.read())
    _, report = learn(store, asked, truth)
    assert (report.agreement, report.truths, report.again) == (0, 0, 120)
    before = dict(row[1:] for row in state["records"] if row[0] == "expert")
    after = {name: one.to_dict() for name, one in store.read().experts.items()}
    assert after["ann"]["total"] == before["ann"]["total"]
    wrong = {"q3": next(label for label in "ABCD" if label != truth["q3"])}
    learn(store, asked, wrong)
    total = store.read().experts["ann"].total
    assert total.judged == before["ann"]["total"]["judged"]
    learn(store, asked, {"q3": truth["q3"]})
    assert store.read().experts["ann"].total.correct == pytest.approx(
        before["ann"]["total"]["correct"]
    )


def test_feedback_on_a_question_that_was_answered(store):
    """Questions are remembered when they are answered; feedback finds them by id, text, prefix."""
    asked, truth = crowd(questions=12)
    list(find_consensus_batch(asked, store=store))
    assert store.read().experts == {}
    judge(store, "q10", correct=truth["q10"])
    judge(store, "What of 3?", correct=truth["q3"])
    judge(store, "What of 4", correct=truth["q4"])
    assert store.read().judged == 3
    assert [row.id for row in store.questions(judged=True)] == ["q4", "q3", "q10"]
    with pytest.raises(InputError, match="several questions begin with 'What of'"):
        judge(store, "What of", correct="A")
    with pytest.raises(InputError, match="is remembered"):
        judge(store, "q99", correct="A")
    with pytest.raises(InputError, match="did not answer"):
        judge(store, "q1", best="zoe")


def test_scores_and_the_best(store):
    """Of free texts the best expert is learned, and his answer stands."""
    texts = ["It rains a lot.", "Prices rise in May, as they do.", "Nobody knows what it was."]
    asked = [
        {
            "id": f"t{k}",
            "responses": [
                {"expert_name": name, "content": f"{text} {k}"}
                for name, text in zip(("ann", "bob", "cat"), texts, strict=True)
            ],
        }
        for k in range(8)
    ]
    list(find_consensus_batch(asked, store=store))
    for k in range(4):
        judge(store, f"t{k}", best="bob")
    judge(store, "t4", scores={"ann": 0.4, "cat": 0.1})
    results = list(find_consensus_batch(asked, store=store))
    assert {one.expert for one in results} == {"bob"}
    assert results[7].method == "learned"
    assert results[7].confidence > 0.5
    with pytest.raises(InputError, match="free-text"):
        judge(store, "t5", correct="B")


def test_a_right_answer_and_scores_count_once(store):
    """The right answer replaces scores; scores beside it, or after it, are refused."""
    asked, truth = crowd(questions=3)
    list(find_consensus_batch(asked, store=store))
    judge(store, "q0", scores={"ann": 1.0, "bob": 0.0})
    judge(store, "q0", correct=truth["q0"])
    one = store.read().experts["ann"].total
    assert (one.judged, one.scored, store.read().judged) == (1.0, 0.0, 1.0)
    for name, right in (("q0", None), ("q1", truth["q1"])):
        with pytest.raises(InputError, match="count them twice"):
            judge(store, name, correct=right, best="bob")


def test_a_right_answer_beside_scores_in_a_file_counts_alone(store):
    """The report says of how many questions."""
    asked, truth = crowd(questions=3)
    gold = Gold({"q0": truth["q0"]}, {"q0": {"ann": 1.0}, "q1": {"ann": 1.0}})
    how = Learning(learn=True, gold=gold)
    list(find_consensus_batch(asked, store=store, learning=how))
    assert (how.report.truths, how.report.scores, how.report.twice) == (1, 1, 1)


def test_another_question_of_the_same_id_is_reported(store):
    """Also where nothing was learned from the first."""
    asked, _ = crowd(questions=3)
    list(find_consensus_batch(asked, store=store))
    how = Learning()
    list(find_consensus_batch([asked[0] | {"question": "?"}], store=store, learning=how))
    assert "such as 'q0'" in how.report.findings[-1]


def test_other_questions_with_known_ids_are_reported(store):
    """Other experts, and no answer in common; not so where they answer the same questions."""
    learn(store, *crowd(questions=10))
    same, _ = crowd(questions=10, skills={"fay": 0.9})
    assert not any("other ids" in one for one in learn(store, same)[1].findings)
    other, _ = crowd(questions=10, labels="XYZ", skills={"gus": 0.9, "hal": 0.9})
    assert any("give them other ids" in one for one in learn(store, other)[1].findings)


def test_a_hundred_writers_lose_no_update(target):
    """96 threads and four processes give feedback at once; each judgement is counted."""
    asked, truth = crowd(questions=100)
    with Store(target) as store:
        list(find_consensus_batch(asked, store=store))
    names = list(truth)
    failures = []

    def work(mine):
        try:
            with Store(target) as store:
                for name in mine:
                    judge(store, name, correct=truth[name])
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=work, args=([name],)) for name in names[:96]]
    program = (
        "import sys; from cotool import Store, give_feedback\n"
        "with Store(sys.argv[1]) as store:\n"
        "    for pair in sys.argv[2:]:\n"
        "        give_feedback(store, pair.split('=')[0], correct=pair.split('=')[1])\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", program, target,
             *(f"{name}={truth[name]}" for name in names[96 + k : 97 + k])]
        )
        for k in range(4)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [worker.wait() for worker in workers] == [0] * 4
    assert failures == []
    with Store(target) as store:
        learned = store.read()
        assert learned.judged == 100
        assert learned.experts["ann"].total.judged == 100
        assert learned.trust().calibration.judged == 100
        assert len(store.questions(judged=True)) == 100


def test_texts_that_no_database_holds(store):
    """NUL and lone surrogates in ids, names and topics are kept, always in the same form."""
    asked = [
        {
            "id": f"q\0{k}\ud800",
            "responses": [
                {"expert_name": name, "content": "A", "metadata": {"topic": "x\0"}}
                for name in ("an\0n", "bo\udfffb", "\U0001f600")
            ],
        }
        for k in range(5)
    ]
    for expected in (5, 0):
        _, report = learn(store, asked)
        assert report.agreement == expected
    judge(store, "q\ufffd3", correct="A")
    assert sorted(store.read().experts) == ["an\ufffdn", "bo\ufffdb", "\U0001f600"]
    assert [row.id for row in store.questions(judged=True)] == ["q\ufffd3\ufffd"]


def test_a_failed_change_changes_nothing(store):
    """What is learned in a transaction that fails is rolled back."""
    asked, truth = crowd()
    learn(store, asked, truth)
    state = exported(store.read())

    def fail():
        with store.changing() as change:
            change.learned.drop("ann")
            change.learned.learn_agreement([Ballot("new", {"bob": "A", "cat": "A"})])
            change.remember([])
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    assert exported(store.read()) == state


def test_export_and_import_are_exact(store):
    """What is exported is imported as it was; what is no export is refused."""
    asked, truth = crowd()
    learn(store, asked, truth)
    form = exported(store.read())
    assert exported(*imported(form, "file")) == form
    for bad in ([], {"schema": "x"}, {**form, "records": [["expert", "ann", {"answers": 1}]]},
                {**form, "records": [[1]]}):  # fmt: skip
        with pytest.raises(StoreError):
            imported(bad, "file")


def _of(asked, experts):
    return [
        one | {"responses": [own for own in one["responses"] if own["expert_name"] in experts]}
        for one in asked
    ]


def _experts(store):
    return {name: one.to_dict() for name, one in store.read().experts.items()}


def test_answers_of_others_join_a_learned_question(tmp_path):
    """One file for each expert, in turn, teaches what all at once do, and nothing twice."""
    asked, truth = crowd(questions=30)
    names = [own["expert_name"] for own in asked[0]["responses"]]
    with Store(str(tmp_path / "a.db")) as store, Store(str(tmp_path / "b.db")) as whole:
        for name in names:
            _, report = learn(store, _of(asked, {name}), truth)
        assert (report.agreement, report.truths, report.extended) == (0, 0, 30)
        learn(whole, asked, truth)
        assert _experts(store) == _experts(whole)
        # Fewer answers, learned from or not, take nothing away.
        list(find_consensus_batch(_of(asked, {"ann"}), store=store))
        learn(store, _of(asked, {"ann", "bob"}))
        assert _experts(store) == _experts(whole)
        assert {one.truth for one in store.questions()} <= {*"ABCDE"}
        _, report = learn(store, asked, truth)
        assert (report.truths, report.extended, report.again) == (0, 0, 30)


def test_other_answers_where_a_part_is_forgotten(tmp_path):
    """Right answers count once with the new answers; agreement stays as it was."""
    asked, truth = crowd(questions=30)
    with Store(str(tmp_path / "a.db")) as store:
        learn(store, _of(asked, {"ann", "bob"}), truth)
        with store.changing() as change:
            change.learned.forget(0.5)
        learn(store, asked, truth)
        learned = store.read()
    assert (learned.judged, learned.questions) == (15, 15)
    judged = {name: one.total.judged for name, one in learned.experts.items()}
    assert (judged["ann"], judged["bob"], judged["cat"]) == (15, 15, 30)


def test_judgements_of_one_file_are_forgotten_in_order(tmp_path):
    """A half-life of judgements gives the same whether they come in one file or in four."""
    asked, truth = crowd(questions=80)
    for k, one in enumerate(asked):
        if k >= 40:  # ann was right, and is wrong from here on
            one["responses"][0]["content"] = "E"
    with Store(str(tmp_path / "a.db")) as once, Store(str(tmp_path / "b.db")) as often:
        learn(once, asked, truth, half_life="20")
        for k in range(0, 80, 20):
            learn(often, asked[k : k + 20], truth, half_life="20")
        shares = [
            total.correct / total.judged
            for store in (once, often)
            for total in [store.read().experts["ann"].total]
        ]
    assert max(shares) < 0.3
    assert shares[0] == pytest.approx(shares[1], abs=0.03)


def test_two_stores_merge(tmp_path):
    """Halves learned apart add up; what they say together comes near what the whole says."""
    asked, truth = crowd(questions=400)
    with (
        Store(str(tmp_path / "a.db")) as a,
        Store(str(tmp_path / "b.db")) as b,
        Store(str(tmp_path / "all.db")) as whole,
    ):
        learn(a, asked[:200], truth)
        learn(b, asked[200:], truth)
        learn(whole, asked, truth)
        merged, all_ = a.read(), whole.read()
        merged.merge(b.read())
    assert merged.judged == all_.judged == 400
    for name, one in all_.experts.items():
        assert merged.experts[name].total.correct == pytest.approx(one.total.correct)
        assert merged.experts[name].answers == one.answers
    later, _ = crowd(questions=200, seed=2, first=400)
    rows = [
        Ballot(one["id"], {own["expert_name"]: own["content"] for own in one["responses"]})
        for one in later
    ]
    pairs = list(zip(merged.predict(rows), all_.predict(rows), strict=True))
    assert sum(a.best == b.best for a, b in pairs) >= 0.97 * len(pairs)
    assert sum(abs(a.confidence - b.confidence) for a, b in pairs) <= 0.03 * len(pairs)


def test_migrations_are_recorded(store, target):
    """The schema's version is kept, and each migration is applied once."""
    asked, _ = crowd(questions=3)
    assert store.version() == 0
    list(find_consensus_batch(asked, store=store))
    assert store.version() == VERSION == len(MIGRATIONS)
    with Store(target) as again:
        list(find_consensus_batch(asked, store=again))
        assert again.version() == VERSION


def test_a_decision_is_explained(store):
    """What the weights rest on, what each vote is worth, what plurality would say."""
    asked, truth = crowd(skills={"ann": 0.97, "bob": 0.4, "cat": 0.4})
    learn(store, asked, truth)
    one = {
        "id": "new",
        "responses": [
            {"expert_name": name, "content": label}
            for name, label in (("ann", "A"), ("bob", "B"), ("cat", "B"))
        ],
    }
    (result,) = find_consensus_batch([one], store=store)
    told = "\n".join(result.explanation)
    assert result.answer == "A"
    assert "right answers are best predicted if" in told
    assert "each vote is worth: ann +" in told
    assert "by plurality: B (2 votes)" in told


def test_the_sums_that_decide_are_explained(store):
    """Where more than votes counts, each answer as written has its parts; the greatest sum wins."""
    skills = {f"e{k}": 0.75 for k in range(7)}
    asked, truth = crowd(skills=skills, labels=["Red", "Green", "Blue", "Gold", "Grey"])
    learn(store, asked, dict(list(truth.items())[:60]))
    seen = 0
    for result in find_consensus_batch(asked, store=store):
        told = next((one for one in result.explanation if one.startswith("the greatest sum")), "")
        if not told:
            continue
        seen += 1
        sums = {}
        for part in told.partition("wins: ")[2].split(", "):
            answer, *parts, total = part.replace(" =", "").split()
            assert sum(map(float, parts)) == pytest.approx(float(total), abs=0.021)
            sums[answer] = float(total)
        assert sums[result.answer] == max(sums.values())
        assert set(sums) == {cluster.answer for cluster in result.clusters}
    assert seen


def as_version_1(path):
    """Rewrite a store as version 1 wrote it."""
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM schema_version WHERE version > 1")
        database.execute("DELETE FROM record WHERE kind IN ('quadratic', 'right')")
        for kind, field in (("expert", "weight"), ("pair", "precision")):
            for name, value in database.execute(
                "SELECT name, value FROM record WHERE kind = ?", (kind,)
            ).fetchall():
                old = json.dumps(json.loads(value) | {field: 0.5})
                database.execute(
                    "UPDATE record SET value = ? WHERE kind = ? AND name = ?", (old, kind, name)
                )
        database.execute(
            "INSERT INTO record VALUES ('pair', ?, ?)",
            ('["","ann"]', '{"both":0,"same":0,"precision":3.5}'),
        )
        (value,) = database.execute("SELECT value FROM record WHERE kind = 'whole'").fetchone()
        old = json.dumps(json.loads(value) | {"base_weight": 1.0, "calibration": {"judged": 9}})
        database.execute("UPDATE record SET value = ? WHERE kind = 'whole'", (old,))
    database.close()


def test_a_store_of_version_1_is_upgraded(tmp_path):
    """Counts stay, and weights are learned again from the questions remembered."""
    path = tmp_path / "old.db"
    asked, truth = crowd(questions=150)
    some = {name: truth[name] for name in list(truth)[:60]}
    with Store(str(path)) as store:
        learn(store, asked, some)
        new = store.read()
    as_version_1(path)
    with Store(str(path)) as store:
        assert store.version() == 1
        read = store.read()
        assert store.version() == 1
        learn(store, asked[:1], {"q0": truth["q0"]})
        assert store.version() == VERSION
        written = store.read()
    for old in (read, written):
        assert old.questions == new.questions
        assert sorted(old.pairs) == sorted(new.pairs)
        assert old.trust().calibration.judged == 60
        for name, one in new.experts.items():
            assert old.experts[name].total == one.total
            assert old.trust().weight(name) == pytest.approx(new.trust().weight(name), abs=0.1)


def test_an_export_of_version_1_is_read(store):
    """Its counts count; a newer one is refused."""
    asked, truth = crowd()
    learn(store, asked, truth)
    form = exported(store.read())
    records = [
        [kind, name, {**value, "weight": 0.5} if kind == "expert" else value]
        for kind, name, value in form["records"]
        if kind not in {"quadratic", "right"}
    ]
    old, _ = imported({"schema": "cotool.experts/1", "records": records}, "file")
    assert old.experts == store.read().experts
    with pytest.raises(StoreError, match=f"version 9; this cotool knows {VERSION}"):
        imported({**form, "schema": "cotool.experts/9"}, "file")


# ---- files that are no stores ------------------------------------------------------------------


def test_a_newer_store_is_left_untouched(tmp_path):
    """It is told, and not a byte changes."""
    path = tmp_path / "new.db"
    with Store(str(path)) as store:
        list(find_consensus_batch(crowd(questions=2)[0], store=store))
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO schema_version VALUES (999, 'later')")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="version 999") as caught:
        Store(str(path))
    assert "upgrade" in caught.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 99, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_corrupt_store_is_left_untouched(tmp_path, content):
    """It is told, and not a byte changes."""
    path = tmp_path / "bad.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"bad\.db"):
        Store(str(path))
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["bad.db"]


def test_a_damaged_record_is_told(tmp_path):
    """A value that cannot be read is an error that names it, and nothing is written."""
    path = tmp_path / "bad.db"
    with Store(str(path)) as store:
        learn(store, crowd()[0])
    with sqlite3.connect(path) as database:
        database.execute("UPDATE record SET value = '{\"answers\": 1}' WHERE name = 'ann'")
    database.close()
    with Store(str(path)) as store:
        with pytest.raises(StoreError, match="ann"):
            store.read()
        with pytest.raises(StoreError, match="ann"):
            learn(store, crowd(first=500)[0])


def test_a_database_of_something_else_is_left_untouched(tmp_path):
    """Tables of others are not mixed with ours."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE payroll (name TEXT)")
    database.close()
    with pytest.raises(StoreError, match="not a store"):
        Store(str(path))


def test_places_that_cannot_be(tmp_path):
    """A folder, a file in a file, a missing store that must exist, a server that is not there."""
    with pytest.raises(StoreError, match="is a folder"):
        Store(str(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        Store(str(tmp_path / "file" / "x.db"))
    with pytest.raises(StoreError, match="there is no store"):
        Store(str(tmp_path / "none.db"), create=False)
    pytest.importorskip("psycopg_pool", reason="needs cotool[postgres]")
    with pytest.raises(StoreError) as caught:
        Store("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_a_lone_expert_agrees_with_nobody(store):
    """Without others, answers show no reliability; right answers do, and the confidence is it."""
    asked = [
        {"id": f"q{n}", "responses": [{"expert_name": "eve", "content": "red"}]} for n in range(20)
    ]
    results, _ = learn(store, asked)
    total = store.read().experts["eve"].total
    assert (total.compared, total.agreed) == (0, 0)
    assert {one.confidence for one in results} == {0.5}
    learn(store, asked, {f"q{n}": "red" if n % 4 == 0 else "blue" for n in range(20)})
    (new,) = find_consensus_batch([{**asked[0], "id": "new"}], store=store)
    assert new.confidence == pytest.approx(0.25, abs=0.15)
