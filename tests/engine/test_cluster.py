"""Commands on a Dask cluster of real processes: the results of one machine, whatever dies."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from functools import partial

import pytest

from cotool import find_consensus_batch
from cotool.cli.app import main
from cotool.engine.tasks import Lost, Meter
from cotool.errors import EngineError, InputError
from engine.conftest import kill, wait_until

pytest.importorskip("distributed", reason="clusters need Dask")

LINE = "2024-03-01 12:%02d:%02d,%03d %s request %d took %d ms\n"


def write_logs(folder, count, lines=2000):
    """Write logs, one of them compressed."""
    folder.mkdir(exist_ok=True)
    for k in range(count):
        data = "".join(
            LINE % (n // 60 % 60, n % 60, n % 1000, ("INFO", "ERROR", "WARN")[(n + k) % 3], n, k)
            for n in range(lines)
        ).encode()
        path = folder / f"service-{k:02d}.log"
        path.write_bytes(data)
        os.utime(path, (1709300000, 1709300000))
    packed = gzip.compress(data, 1)
    (folder / "packed.log.gz").write_bytes(packed)
    return folder


def cotool(*arguments, cache=None, cwd=None):
    """Run the command as a process of its own."""
    environment = {**os.environ, "NO_COLOR": "1"}
    environment.pop("DASK_SCHEDULER_ADDRESS", None)
    if cache is not None:
        environment["XDG_CACHE_HOME"] = str(cache)
    return subprocess.Popen(
        [sys.executable, "-m", "cotool", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=cwd,
    )


def ended(process):
    """Return exit code, output and errors."""
    out, errors = process.communicate(timeout=60)
    return process.returncode, out, errors.decode()


def small_ranges(monkeypatch):
    monkeypatch.setattr("cotool.logs.scan.cluster.RANGE", 20_000)
    monkeypatch.setattr("cotool.logs.scan.cluster._LARGEST", 20_000)


GIVEN = ("-e", "slow=took [5-9]", "--show", "3", "-C", "1", "--json")


@pytest.fixture
def in_process(monkeypatch, tmp_path, capfd):
    """Run the command in this process; return exit code, output and errors."""
    from cotool.cli.app import main

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(*arguments):
        code = main(list(map(str, arguments)))
        out, errors = capfd.readouterr()
        return code, out, errors

    return run


def test_a_cluster_gives_what_one_machine_gives(steady, tmp_path, monkeypatch, in_process):
    """Ranges, whole files and a compressed one on two workers: the same bytes of JSON."""
    small_ranges(monkeypatch)
    logs = write_logs(tmp_path / "logs", 4)
    here = in_process("analyze-logs", "-r", logs, *GIVEN)
    there = in_process("analyze-logs", "-r", logs, *GIVEN, "--scheduler-file", steady.file)
    assert here == there
    assert here[0] == 0
    assert '"records": 10000' in here[1]


def test_the_environment_names_the_scheduler(steady, tmp_path, monkeypatch, in_process):
    """DASK_SCHEDULER_ADDRESS is used where no option names one."""
    logs = write_logs(tmp_path / "logs", 1)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", steady.address)
    code, out, _ = in_process("analyze-logs", "-r", logs, "--engine", "dask", "--json")
    assert code == 0
    assert '"records": 4000' in out


def test_the_library_uses_a_cluster(steady, tmp_path, monkeypatch):
    """analyze_logs() takes an engine and a scheduler; standard input stays on one machine."""
    from cotool import InputError, analyze_logs

    small_ranges(monkeypatch)
    paths = [write_logs(tmp_path / "logs", 2)]
    here = analyze_logs(paths, recursive=True, levels="error")
    for engine in ("dask", None):
        there = analyze_logs(
            paths, recursive=True, levels="error", engine=engine, scheduler=steady.address
        )
        assert there == here
    with pytest.raises(InputError, match="engine: standard input"):
        analyze_logs("-", scheduler=steady.address)
    with pytest.raises(InputError, match="scheduler: only for dask"):
        analyze_logs(paths, engine="threads", scheduler=steady.address)


def test_templates_and_filters_are_the_same_on_a_cluster(steady, tmp_path, monkeypatch):
    """Forms that come back from workers add up to the templates of one machine."""
    from cotool.engine.cluster import cluster_engine
    from cotool.logs.api import analyze_sources, summary_of
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.cluster import scan_spread
    from cotool.logs.scan.scan import Watch
    from cotool.logs.scan.sources import find_sources

    sources = find_sources([write_logs(tmp_path / "logs", 3)], recursive=True)
    options = LogOptions(templates=True, levels=["error", "warning"], num_threads=1)
    here = analyze_sources(sources, options)
    with cluster_engine(scheduler=steady.address) as engine:
        found = scan_spread(sources, options, Watch(), engine, meter=Meter(), size=30_000)
    there = summary_of(found, 0, Watch())
    assert list(there.templates) == list(here.templates)
    assert there.files == here.files


def test_a_worker_that_is_killed_costs_nothing(new_cluster, tmp_path):
    """Kill -9 in mid-run: the other worker does the rest, and the result is whole."""
    from cotool.engine.cluster import cluster_engine
    from cotool.logs.api import analyze_sources
    from cotool.logs.options import LogOptions
    from cotool.logs.scan.cluster import scan_spread
    from cotool.logs.scan.scan import Watch
    from cotool.logs.scan.sources import find_sources

    cluster = new_cluster()
    first, _ = cluster.add_worker("slow"), cluster.add_worker("slow")
    sources = find_sources([write_logs(tmp_path / "logs", 3)], recursive=True)
    options = LogOptions(num_threads=1)

    class Killer(Meter):
        done, lost = 0, 0

        def task(self):
            self.done += 1
            if self.done == 3:
                kill(first)

        def workers(self, _present, lost):
            self.lost = max(lost, self.lost)

    meter = Killer()
    with cluster_engine(scheduler=cluster.address) as engine:
        engine._client.wait_for_workers(2, timeout=30)
        found = scan_spread(sources, options, Watch(), engine, meter=meter, size=20_000)
    assert tuple(scanned.summary for scanned in found) == analyze_sources(sources, options).files
    assert meter.done > 10
    assert meter.lost == 1


def test_a_file_that_kills_its_workers_is_named(new_cluster, tmp_path):
    """The others are counted, and the error names the one that was at work each time."""
    cluster = new_cluster()
    cluster.add_worker("poisoned", restarts=True)
    logs = write_logs(tmp_path / "logs", 3)
    (logs / "service-01.log").rename(logs / "poison.log.gz")  # a task of its own
    for path in logs.glob("*.log"):
        path.rename(path.with_suffix(".log.gz"))
    code, out, errors = ended(
        cotool("analyze-logs", "-r", logs, "--json", "--scheduler", cluster.address, cache=tmp_path)
    )
    assert code == 2
    assert b'"records": 6000' in out
    assert errors.count("error:") == 1
    assert "poison.log.gz: killed its worker" in errors


def test_a_run_that_lost_its_scheduler_goes_on(new_cluster, tmp_path):
    """The scheduler dies; with --resume another one does only what is left, and all is the same."""
    logs = write_logs(tmp_path / "logs", 12)
    for path in logs.glob("*.log"):
        path.rename(path.with_suffix(".gz"))
    arguments = ("analyze-logs", "-r", logs, "--json")
    cluster = new_cluster()
    cluster.add_worker("slow")
    cache = tmp_path / "cache"
    run = cotool(*arguments, "--scheduler", cluster.address, cache=cache)
    wait_until(lambda: any(p.stat().st_size > 1500 for p in cache.glob("cotool/runs/*.tasks")))
    kill(cluster.scheduler)
    code, out, errors = ended(run)
    assert (code, out) == (2, b"")
    assert "the scheduler was lost" in errors
    assert "--resume" in errors
    another = new_cluster()
    another.add_worker()
    code, out, errors = ended(
        cotool(*arguments, "--scheduler", another.address, "--resume", cache=cache)
    )
    assert code == 0
    assert int(errors.split("cotool: ")[1].split()[0]) > 0
    assert out == ended(cotool(*arguments))[1]
    assert not list(cache.glob("cotool/runs/*.tasks"))


def test_a_worker_with_another_version_is_told(new_cluster):
    """Nothing is begun on workers of two versions; the error names the worker and what to do."""
    from cotool.engine.cluster import cluster_engine

    cluster = new_cluster()
    cluster.add_worker("older")
    with (
        pytest.raises(EngineError, match=r"1 of 1 workers .*127\.0\.0\.1.*cotool 0\.0\.9") as error,
        cluster_engine(scheduler=cluster.address),
    ):
        pass
    assert "pip install" in error.value.hint


def test_a_worker_that_dies_while_it_is_asked_is_left_out(new_cluster):
    """The others do the work: nothing else says what a dead worker would have answered."""
    from cotool.engine.cluster import check_versions, cluster_engine

    cluster = new_cluster()
    first, _ = cluster.add_worker(), cluster.add_worker()

    def with_a_death(ask, victim):
        os.killpg(victim.pid, signal.SIGSTOP)  # it is still known, and does not answer
        death = threading.Timer(0.5, kill, [victim])
        death.start()
        answer = ask()
        death.join()
        return answer

    with cluster_engine(scheduler=cluster.address) as engine:
        engine._client.wait_for_workers(2, timeout=30)
        with_a_death(lambda: check_versions(engine._client), first)
        second = cluster.add_worker()
        engine._client.wait_for_workers(2, timeout=30)
        assert len(with_a_death(lambda: engine.ask(os.getpid), second)) == 1
        assert sorted(result for _, result in engine.run(abs, deque([-1, 2]), Meter())) == [1, 2]


def test_a_worker_that_comes_late_with_another_version_is_told(new_cluster):
    """It has not been asked before the work began, and does none of it."""
    from cotool.engine.cluster import cluster_engine

    cluster = new_cluster()
    first = cluster.add_worker()
    with cluster_engine(scheduler=cluster.address) as engine:
        cluster.add_worker("older")
        engine._client.wait_for_workers(2, timeout=30)
        kill(first)
        with pytest.raises(EngineError, match=r"a worker has cotool 0\.0\.9, not"):
            list(engine.run(abs, deque(range(9)), Meter()))


def test_ranges_of_one_remote_object_go_to_several_workers(steady, monkeypatch, in_process):
    """The workers fetch parts of an object themselves, with the result of reading it here."""
    pytest.importorskip("aiohttp", reason="http needs aiohttp")
    from logs.scan.test_remote import log, served

    small_ranges(monkeypatch)
    with served() as server:
        server.objects["app.log"] = log(3000)
        arguments = ("analyze-logs", server.url("app.log"), *GIVEN)
        here = in_process(*arguments)
        asked = len(server.asked)
        assert in_process(*arguments, "--scheduler", steady.address) == here
        assert here[0] == 0
        assert len(server.asked) - asked > 10


def test_an_innocent_task_is_not_blamed(new_cluster):
    """A task beside one that kills is done in the end, however often its worker died."""
    from cotool.engine.cluster import cluster_engine

    def work(item):
        import os
        import signal
        import time

        if item == "poison":
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        return item.upper()

    cluster = new_cluster()
    cluster.add_worker(restarts=True)
    with cluster_engine(scheduler=cluster.address) as engine:
        found = dict(engine.run(partial(work), deque(["a", "poison", "b", "c"]), Meter()))
    assert isinstance(found.pop("poison"), Lost)
    assert found == {"a": "A", "b": "B", "c": "C"}


def test_processes_of_this_machine_give_the_same(tmp_path):
    """--engine dask-local starts processes, and says nothing of them."""
    logs = write_logs(tmp_path / "logs", 2)
    arguments = ("analyze-logs", "-r", logs, "--json")
    here = ended(cotool(*arguments))
    assert ended(cotool(*arguments, "--engine", "dask-local", "-t", "2", cache=tmp_path)) == here


def test_processes_of_this_machine_listen_on_loopback_and_end():
    """All ports that are opened are on 127.0.0.1, and no process outlives the engine."""
    import psutil

    from cotool.engine.cluster import cluster_engine

    me = psutil.Process()
    before = set(me.children(recursive=True))
    with cluster_engine(processes=2) as engine:
        started = set(me.children(recursive=True)) - before
        hosts = {
            connection.laddr.ip
            for process in (me, *started)
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        workers = set(engine._client.run(os.getpid).values())
        assert dict(engine.run(abs, deque([-1, 2]), Meter())) == {-1: 1, 2: 2}
    assert len(workers) == 2
    assert hosts == {"127.0.0.1"}
    wait_until(lambda: not any(map(psutil.pid_exists, workers)))


def test_a_scheduler_that_is_not_there_is_told(in_process, monkeypatch):
    """No scheduler: exit code 2, its address, and a hint."""
    monkeypatch.setattr("cotool.engine.cluster._CONNECT", 1)
    code, out, errors = in_process(
        "analyze-logs", __file__, "--scheduler", "tcp://127.0.0.1:9", "--no-progress"
    )
    assert (code, out) == (2, "")
    assert "tcp://127.0.0.1:9: the scheduler cannot be reached" in errors
    assert "hint: " in errors


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--engine", "dask", "--records", "-"], "--records"),
        (["--engine", "dask", "--follow"], "--follow"),
        (["--engine", "dask", "--state", "s"], "--state"),
        (
            ["--engine", "dask-local", "--scheduler", "x"],
            "--scheduler: only for dask, not for dask-local",
        ),
        (["--engine", "spark"], "'spark' is not one of threads"),
        (["--resume"], "--resume: only for the engines dask"),
        (["--scheduler", "a", "--scheduler-file", "b"], "cannot both be given"),
        (["--engine", "dask"], "needs a scheduler"),
    ],
)
def test_options_that_contradict_each_other_are_told(in_process, monkeypatch, arguments, told):
    """What cannot be done on a cluster is refused before anything begins."""
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    code, _, errors = in_process("analyze-logs", __file__, *arguments)
    assert code == 2
    assert told in errors


def test_dask_is_needed_only_for_clusters(monkeypatch):
    """Without Dask the error names the extra."""
    from cotool.engine.cluster import cluster_engine
    from cotool.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError) as error, cluster_engine(1):
        pass
    assert error.value.hint == "pip install 'cotool[dask]'"


def test_errors_of_tasks_are_raised_as_they_are(steady):
    """What a user caused comes back with its hint; what else happens names its task."""
    from cotool.engine.cluster import cluster_engine

    def work(item):
        from cotool.errors import InputError as Bad

        if item == "bad":
            raise Bad("it is bad", hint="mend it")
        raise ZeroDivisionError("oops")

    with cluster_engine(scheduler=steady.address) as engine:
        with pytest.raises(InputError, match="it is bad") as error:
            list(engine.run(work, deque(["bad"]), Meter()))
        assert error.value.hint == "mend it"
        with pytest.raises(EngineError, match="other: failed on a worker: ZeroDivisionError: oops"):
            list(engine.run(work, deque(["other"]), Meter()))


def write_answers(folder, count=300):
    """Write questions with answers of five experts, one of whom states nothing at times."""
    import json

    path = folder / "answers.jsonl"
    with path.open("w") as file:
        for n in range(count):
            answers = {
                f"e{k}": f"The answer is {n if (n + k) % (k + 2) else n + 1}." for k in range(5)
            }
            if n % 7 == 0:
                answers["e3"] = ""
            if n % 3 == 0:
                answers = {k: f"{v} Because of reason {n}, they say." for k, v in answers.items()}
            file.write(json.dumps({"question": f"q{n}", "responses": [
                {"expert_name": k, "content": v} for k, v in answers.items()]}) + "\n")  # fmt: skip
    return path


@pytest.mark.parametrize("method", ["auto", "wawa"])
def test_consensus_is_the_same_on_a_cluster(steady, tmp_path, in_process, monkeypatch, method):
    """Batches of questions on two workers give the same lines in the same order."""
    monkeypatch.setattr("cotool.consensus.batch.MOST", 1 << 14)
    answers = write_answers(tmp_path)
    arguments = ("consensus", answers, "--method", method, "-f", "jsonl")
    here = in_process(*arguments)
    there = in_process(*arguments, "--scheduler", steady.address)
    assert there == here
    assert here[1].count("\n") == 300


def test_the_library_takes_a_scheduler(steady):
    """A batch on a cluster has the results of one on threads, but for the matrices."""
    questions = [[f"The answer is {n % 3}.", "The answer is 1.", "it is 2"] for n in range(20)]
    here = [one.to_dict(matrix=False) for one in find_consensus_batch(questions)]
    found = find_consensus_batch(questions, engine="dask", scheduler=steady.address)
    assert [one.to_dict() for one in found] == here


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "spark"}, "engine: 'spark' is not one of threads"),
        ({"engine": "threads", "scheduler": "tcp://a:1"}, "scheduler: only for dask"),
        ({"scheduler": "head"}, "scheduler: 'head' is not an address"),
        ({"metric": "bm25"}, "metric: 'bm25' is not one of"),
    ],
)
def test_arguments_of_a_batch_are_checked_when_it_is_called(options, message):
    """Nothing is taken from the questions before."""
    with pytest.raises(InputError, match=message):
        find_consensus_batch(iter(()), **options)


def test_a_bad_record_is_told_at_its_place_on_a_cluster(steady, tmp_path, in_process):
    """What stands before it is answered, and the error names its line."""
    answers = write_answers(tmp_path, 20)
    with answers.open("a") as file:
        file.write("{broken\n")
    arguments = ("consensus", answers, "-f", "jsonl")
    here = in_process(*arguments)
    assert in_process(*arguments, "--scheduler", steady.address) == here
    assert here[0] == 2
    assert "line 21" in here[2]


def test_what_says_nothing_is_not_waited_for(examples, capsys, monkeypatch):
    """A listener that accepts and never answers is not a scheduler, and the command ends."""
    monkeypatch.setattr("cotool.engine.cluster._CONNECT", 1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        code = main(["analyze-logs", str(examples / "shop.log"), "--scheduler", address])
    assert code == 2
    assert "the scheduler cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("{bad", "is not a scheduler file"),
        ("[]", "is not a scheduler file"),
        ('{"address": 5}', "is not a scheduler file"),
    ],
)
def test_a_wrong_scheduler_file_is_told_at_once(examples, tmp_path, capsys, content, message):
    """A file that is missing, or is another one, is not waited for."""
    path = tmp_path / "scheduler.json"
    if content is not None:
        path.write_text(content)
    code = main(["analyze-logs", str(examples / "shop.log"), "--scheduler-file", str(path)])
    assert code == 2
    assert f"{path}: {message}" in capsys.readouterr().err
