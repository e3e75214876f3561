"""A process beside this one for what would hold it up: libraries that take seconds to import, and pictures that take seconds to draw.

Great Expectations and the workbook's library spend their time in Python code, and the engine that draws lets no Python code run beside
it: threads would only take turns. The worker is started with this interpreter and speaks pickles over its pipes with the process that
started it, and with nobody else.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO

from barometer.errors import EvaluationError


class Worker:
    """A process that runs functions one after the other, in the order in which they are given to it.

    Use it as a context: whatever ends the block ends the process.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._given = 0
        self._answers: dict[int, tuple[bool, Any]] = {}
        self._resting = False

    def warm(self, function: str) -> None:
        """Starts the process, and has it do what makes it ready (imports) while nobody waits for it yet; only once.

        Args:
            function: Its module and name, parted by a colon: whoever starts the process need not import it.
        """
        if self._process is None:
            self.start(_call, function)

    def _running(self) -> subprocess.Popen[bytes]:
        """The process; it starts with its first job, as there may be none."""
        if self._process is None:
            # Nobody reads what libraries warn of while the worker runs: a pipe would fill up and stop it, a file does not.
            self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end of the context
            # The worker is killed in the end and cannot clean up behind itself: what lies in temporary folders is this process's.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "barometer.project.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
            )
            # A pipe holds little, and the worker reads the next job only when it is done with the last: a thread does the waiting.
            self._sender = ThreadPoolExecutor(max_workers=1)
        return self._process

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def rest(self) -> None:
        """Ends the process when it has answered all that it was given, so that it takes no memory; another job starts it anew."""
        self._resting = True
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self._resting and len(self._answers) == self._given:
            self._end()

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._sender.shutdown()
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            if pipe is not None:
                # A pipe to a process that is gone may still hold a job that it never read.
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process = None

    def start(self, function: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        """Gives the worker a job.

        Args:
            function: A function at the top level of a module.
            arguments: Its arguments; they and what it returns are pickled.

        Returns:
            A function that waits for the job and returns what it returned, or raises what it raised.
        """
        message = pickle.dumps((function, arguments), protocol=pickle.HIGHEST_PROTOCOL)
        self._resting = False
        self._running()
        number = self._given  # counted only now: a job that cannot be sent will have no answer
        self._given += 1
        self._sender.submit(self._send, message)
        return lambda: self._answer(number)

    def _send(self, message: bytes) -> None:
        pipe = self._running().stdin
        assert pipe is not None
        with contextlib.suppress(OSError):  # a worker that is gone is noticed when its answer is asked for
            pipe.write(message)
            pipe.flush()

    def _answer(self, number: int) -> Any:
        while number not in self._answers:
            try:
                self._answers[len(self._answers)] = self._next_answer()
            except (EOFError, pickle.UnpicklingError):  # nothing more came, or half an answer
                raise self._died() from None
        self._end_if_idle()
        done, value = self._answers[number]
        if done:
            return value
        raise value

    def _next_answer(self) -> tuple[bool, Any]:
        if self._process is None:
            raise EOFError
        assert self._process.stdout is not None
        answer: tuple[bool, Any] = pickle.load(self._process.stdout)
        return answer

    def _died(self) -> EvaluationError:
        said = "it was ended"
        if self._process is not None:
            code = self._process.wait()
            self._complaints.seek(0)
            errors = self._complaints.read().decode(errors="replace").strip().splitlines()
            said = errors[-1] if errors else f"exit code {code}"
        return EvaluationError(
            "A process that certifies the data, writes the workbook or draws the figures has stopped.",
            got=said,
            hint="Is there enough memory? Run again.",
        )


@dataclass(frozen=True)
class Workers:
    """The processes that work beside this one, so that slow imports and slow drawing hold nobody up."""

    certifier: Worker
    """Certifies the data and writes the workbook."""
    artist: Worker
    """Draws the figures."""

    def warm(self) -> None:
        """Starts them, if they have not been."""
        self.certifier.warm("barometer.validation.checkpoint:warm")
        self.artist.warm("barometer.publishing.charts.drawing:warm")


@contextlib.contextmanager
def workers() -> Iterator[Workers]:
    """Processes for one run or several; none has started, and whatever ends the block ends them."""
    with Worker() as certifier, Worker() as artist:
        yield Workers(certifier, artist)


def _call(function: str) -> None:
    module, _, name = function.partition(":")
    getattr(importlib.import_module(module), name)()


def serve(jobs: BinaryIO, answers: BinaryIO) -> None:
    """Runs jobs until there are no more."""
    while True:
        try:
            function, arguments = pickle.load(jobs)
        except EOFError:
            return
        try:
            done, value = True, function(*arguments)
        except Exception as problem:
            done, value = False, problem
        # Pickled as a whole before the first byte goes out: half an answer could not be told from a whole one.
        answers.write(_pickled(done, value))
        answers.flush()


def _pickled(done: bool, value: Any) -> bytes:
    """An answer ready to be sent; what does not survive the way becomes an error that does."""
    try:
        message = pickle.dumps((done, value), protocol=pickle.HIGHEST_PROTOCOL)
        if not done:
            pickle.loads(message)
    except Exception as problem:
        reason = problem if done else value
        message = pickle.dumps((False, EvaluationError(f"{type(reason).__name__}: {reason}")), protocol=pickle.HIGHEST_PROTOCOL)
    return message


def _main() -> None:
    # Libraries print to standard output: it belongs to the answers here, so theirs goes to standard error.
    answers = os.fdopen(os.dup(1), "wb")
    # Nearly all that is made here is kept to the end: looking for garbage takes a tenth of the time, and finds little.
    gc.set_threshold(100_000)
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
