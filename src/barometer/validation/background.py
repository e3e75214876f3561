"""Certification in a process of its own, so that the report can be rendered while Great Expectations is imported and runs.

The table of answers goes to the other process through a pipe and never touches the disk.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

from barometer.errors import BarometerError, EvaluationError
from barometer.validation.certifying import Certificate, Job
from barometer.validation.checking import CheckResult

_SECONDS = 900.0


class Certification:
    """A certification under way. `result()` waits for it."""

    def __init__(self, checked: CheckResult, job: Job) -> None:
        self._checked, self._job = checked, job
        environment = {**os.environ, "GX_ANALYTICS_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "barometer.validation.background"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        self._answer = b""
        self._said = b""
        self._waiting = threading.Thread(target=self._converse, args=(pickle.dumps(job),), daemon=True)
        self._waiting.start()

    def _converse(self, message: bytes) -> None:
        self._answer, self._said = self._process.communicate(message)

    @property
    def done(self) -> bool:
        """Whether `result()` would answer at once."""
        return not self._waiting.is_alive()

    def result(self, timeout: float = _SECONDS) -> CheckResult:
        """The check with Great Expectations as its witness.

        Args:
            timeout: The seconds to wait.

        Raises:
            EvaluationError: If it could not be certified, the witnesses do not agree, or it took too long (exit 3).
        """
        self._waiting.join(timeout)
        if not self.done:
            self.cancel()
            raise EvaluationError("Great Expectations did not finish.", expected=f"an answer within {timeout:g} seconds")
        if self._process.returncode != 0 or not self._answer:
            last = self._said.decode(errors="replace").strip().splitlines()[-1:] or ["nothing was said"]
            kind = last[0].split(":")[0]
            raise EvaluationError("Great Expectations could not be run.", got=f"exit code {self._process.returncode}, {kind}")
        answer = pickle.loads(self._answer)
        if isinstance(answer, BarometerError):
            raise answer
        assert isinstance(answer, Certificate)
        return self._checked.certified_by(answer, self._job)

    def cancel(self) -> None:
        """Ends it; the check stays uncertified."""
        self._process.kill()
        self._waiting.join()


def start_certification(result: CheckResult, *, docs: Path | None = None) -> Certification:
    """Starts to certify a quick check, and returns at once.

    Args:
        result: A check without certification: `check(..., certify=False)`.
        docs: A folder for Data Docs, or none.
    """
    return Certification(result, result.job(docs))


def _serve() -> None:
    """Reads a job from the pipe, certifies it and writes the certificate, or the error, to the pipe."""
    from barometer.validation.certifying import certify

    target = os.dup(1)
    os.dup2(2, 1)
    job = pickle.load(sys.stdin.buffer)
    answer: Certificate | BarometerError
    try:
        answer = certify(job)
    except BarometerError as problem:
        answer = problem
    with os.fdopen(target, "wb") as pipe:
        pickle.dump(answer, pipe)


if __name__ == "__main__":
    _serve()
