"""The second process: what it returns, what it raises, and that it never outlives or blocks the first."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from barometer.errors import EvaluationError, GateError, ProjectError
from barometer.project.worker import Worker


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A module of functions that both processes can import."""
    (tmp_path / "jobs_for_the_worker.py").write_text(
        "import os, sys, time\n"
        "from barometer.errors import GateError\n"
        "class Own(Exception):\n"
        "    def __init__(self, one, two):\n"
        "        super().__init__(f'{one} {two}')\n"
        f"def mark(): open({str(tmp_path / 'mark.txt')!r}, 'a', encoding='utf-8').write('x')\n"
        "def double(value): return 2 * value\n"
        "def chatter(): print('hello'); os.write(1, b'raw'); return 'done'\n"
        "def process(): return os.getpid()\n"
        "def refuse(): raise GateError('Not fit.', file='a.csv', got='4 of 5')\n"
        "def fail(): raise ValueError('no')\n"
        "def stubborn(): raise Own('a', 'b')\n"
        "def unsendable(): return lambda: 1\n"
        "def die(): sys.stderr.write('out of memory\\n'); sys.stderr.flush(); os._exit(9)\n"
        "def sleep(): time.sleep(60)\n"
        "def noisy(): sys.stderr.write('w' * 1_000_000); return 'done'\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sys.modules.pop("jobs_for_the_worker", None)
    import jobs_for_the_worker

    yield jobs_for_the_worker
    sys.modules.pop("jobs_for_the_worker", None)


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_answers_may_be_asked_for_in_any_order(jobs) -> None:
    with Worker() as worker:
        answers = [worker.start(jobs.double, number) for number in range(5)]
        assert [answer() for answer in reversed(answers)] == [8, 6, 4, 2, 0]
        assert answers[3]() == 6


def test_what_a_job_prints_is_no_answer(jobs) -> None:
    with Worker() as worker:
        assert worker.start(jobs.chatter)() == "done"
        assert worker.start(jobs.double, 1)() == 2


def test_errors_come_back_with_all_their_parts(jobs) -> None:
    with Worker() as worker:
        first, second, third = worker.start(jobs.refuse), worker.start(jobs.fail), worker.start(jobs.double, 2)
        with pytest.raises(GateError) as refused:
            first()
        assert refused.value.parts() == {"file": "a.csv", "got": "4 of 5"}
        with pytest.raises(ValueError, match="no"):
            second()
        assert third() == 4


def test_an_error_or_an_answer_that_cannot_travel_is_told_as_an_evaluation_error(jobs) -> None:
    with Worker() as worker:
        with pytest.raises(EvaluationError, match="Own: a b"):
            worker.start(jobs.stubborn)()
        with pytest.raises(EvaluationError, match="pickle"):
            worker.start(jobs.unsendable)()
        assert worker.start(jobs.double, 2)() == 4


def test_a_job_that_cannot_be_sent_fails_at_once(jobs) -> None:
    with Worker() as worker:
        with pytest.raises(Exception, match=r"pickle|local"):
            worker.start(jobs.double, lambda: 1)
        assert worker.start(jobs.double, 2)() == 4


def test_large_messages_do_not_block_either_process(jobs) -> None:
    large = b"x" * 5_000_000
    with Worker() as worker:
        answers = [worker.start(jobs.double, large) for _ in range(3)]
        assert [len(answer()) for answer in answers] == [10_000_000] * 3


def test_warnings_of_any_length_do_not_block_the_worker(jobs) -> None:
    with Worker() as worker:
        assert worker.start(jobs.noisy)() == "done"


def test_the_death_of_the_worker_is_an_evaluation_error_that_says_why(jobs) -> None:
    with Worker() as worker:
        answer, later = worker.start(jobs.die), worker.start(jobs.double, 1)
        with pytest.raises(EvaluationError, match="has stopped") as caught:
            answer()
        assert caught.value.got == "out of memory"
        with pytest.raises(EvaluationError, match="has stopped"):
            later()


def test_a_worker_that_is_killed_is_an_evaluation_error(jobs) -> None:
    with Worker() as worker:
        process = worker.start(jobs.process)()
        answer = worker.start(jobs.sleep)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(EvaluationError) as caught:
            answer()
    assert caught.value.exit_code == 3


def test_half_an_answer_is_no_answer(jobs) -> None:
    with Worker() as worker:
        process = worker.start(jobs.process)()
        answer = worker.start(jobs.double, b"x" * 5_000_000)
        time.sleep(1)  # the pipe is full by now, and most of the answer still to be written
        os.kill(process, signal.SIGKILL)
        with pytest.raises(EvaluationError, match="has stopped"):
            answer()


def test_the_end_of_the_block_ends_the_process_at_once(jobs) -> None:
    started = time.monotonic()
    with pytest.raises(ProjectError), Worker() as worker:  # noqa: PT012
        process = worker.start(jobs.process)()
        worker.start(jobs.sleep)
        worker.start(jobs.double, b"x" * 2_000_000)  # which it will not have read
        raise ProjectError("Something else went wrong.")
    assert gone(process)
    assert time.monotonic() - started < 20


def test_a_worker_ends_when_the_process_that_started_it_does(jobs) -> None:
    with Worker() as worker:
        process = worker.start(jobs.process)()
        assert worker._process.stdin is not None
        worker._process.stdin.close()
        worker._process.wait(timeout=20)
    assert gone(process)


def test_a_worker_that_rests_ends_with_its_last_answer_and_starts_anew(jobs) -> None:
    with Worker() as worker:
        first, second = worker.start(jobs.process), worker.start(jobs.process)
        worker.rest()
        process = second()
        assert first() == process
        assert gone(process)
        assert worker.start(jobs.double, 3)() == 6
        assert worker.start(jobs.process)() != process


def test_a_worker_is_made_ready_once(jobs, tmp_path: Path) -> None:
    with Worker() as worker:
        for _ in range(2):
            worker.warm("jobs_for_the_worker:mark")
        assert worker.start(jobs.double, 1)() == 2
    assert (tmp_path / "mark.txt").read_text(encoding="utf-8") == "x"


def test_an_answer_that_nobody_can_give_any_more_is_refused_and_not_waited_for(jobs) -> None:
    with Worker() as worker:
        answer = worker.start(jobs.sleep)
    with pytest.raises(EvaluationError, match="has stopped"):
        answer()
