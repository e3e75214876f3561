"""The single door to everything that is done to this repository: `nox -l` lists the sessions."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "tests"]

LOCKS = Path("requirements")
#: Each lock with the extras and dependency groups that it adds to the package's own dependencies.
LOCKED = {
    "run": ["--group", "build"],
    "tests": ["--group", "build", "--group", "tests"],
    "spark": ["--group", "build", "--group", "tests", "--extra", "spark"],
    "notebooks": ["--group", "build", "--group", "tests", "--extra", "analyst"],
    "quarto": ["--group", "build", "--group", "quarto"],
    "lint": ["--group", "build", "--group", "lint"],
    "types": ["--group", "build", "--group", "tests", "--group", "types"],
}
TYPED = ["src", "data/make_synthetic.py", "data/synthetic"]


def install(session: nox.Session, lock: str) -> None:
    """Installs the locked packages, then the toolkit itself from this folder."""
    # Compiled once here, rather than slowly at the first run.
    session.install("--require-hashes", "-r", str(LOCKS / f"{lock}.txt"), env={"UV_COMPILE_BYTECODE": "1"})
    # What builds the package is locked too, so that nothing is fetched without a hash.
    session.install("--no-deps", "--no-build-isolation", "-e", ".")


@nox.session
def report(session: nox.Session) -> None:
    """Publishes the latest wave into build/ (the main job); arguments go to `barometer run`."""
    install(session, "run")
    session.run("barometer", "run", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Runs the tests and the examples of the documentation; arguments go to pytest."""
    install(session, "tests")
    session.run("pytest", "-n", os.environ.get("BAROMETER_TEST_PROCESSES", "auto"), *session.posargs)


@nox.session
def spark(session: nox.Session) -> None:
    """Runs the tests that need PySpark, which is too large for the others; skipped where there is no Java."""
    if shutil.which("java") is None:
        session.skip("there is no Java, which Spark needs (17 or newer)")
    install(session, "spark")
    session.run("pytest", "tests/estimation/test_remote.py", *session.posargs)


@nox.session
def platforms(session: nox.Session) -> None:
    """Plays a survey team with the export of every platform: project, second wave, report; the default tests publish one."""
    install(session, "tests")
    session.run(
        "pytest", "tests/project/test_survey_team.py", "tests/test_wheel.py", *session.posargs, env={"BAROMETER_EVERY_PLATFORM": "1"}
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Checks style, the direction of imports between stations, and the .qmd files."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("panache", "lint", "reports")
    session.run("lintquarto", "-l", "ruff", "-p", "reports")


@nox.session
def types(session: nox.Session) -> None:
    """Checks types in strict mode."""
    install(session, "types")
    session.run("mypy", *TYPED)


@nox.session
def synthetic(session: nox.Session) -> None:
    """Makes the synthetic frame and responses anew; with `-- --check` only compares."""
    install(session, "run")
    session.run("python", "data/make_synthetic.py", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Writes the figures of the README from the live project; with `-- --check` only compares."""
    install(session, "run")
    session.run("python", "docs/make_readme.py", *session.posargs)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Runs the notebooks from top to bottom in a kernel; arguments go to pytest."""
    install(session, "notebooks")
    session.run("pytest", "--nbmake", "--nbmake-timeout=300", "-p", "no:cacheprovider", "analysis", *session.posargs)
    # Here is a kernel, which the tests that compare it with cells run in process need.
    session.run("pytest", "tests/publishing/rendering/test_kernel.py")


@nox.session
def lab(session: nox.Session) -> None:
    """Opens the notebooks in JupyterLab."""
    install(session, "notebooks")
    session.run("jupyter", "lab", "analysis", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measures the speed figures that the README quotes; arguments name scripts."""
    install(session, "run")
    table = Path("benchmarks/table.py")
    for script in session.posargs or sorted(str(path) for path in Path("benchmarks").glob("*.py") if path != table):
        session.run("python", script)
    session.run("python", str(table))


@nox.session
def quarto(session: nox.Session) -> None:
    """Renders the report with real Quarto as well; skipped where Quarto is not on the PATH."""
    if shutil.which("quarto") is None:
        session.skip("Quarto is not on the PATH: pip install survey-barometer[quarto] brings it")
    install(session, "quarto")
    session.run("barometer", "run", "--renderer", "quarto", *session.posargs)


@nox.session
def dist(session: nox.Session) -> None:
    """Builds the wheel and the source distribution into dist/."""
    install(session, "run")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "hatchling", "build")


@nox.session
def lock(session: nox.Session) -> None:
    """Makes the hashed requirement files anew from pyproject.toml."""
    session.install("uv")
    common = ["uv", "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    common += ["--python-version", "3.11"]
    for name, groups in LOCKED.items():
        session.run(*common, "pyproject.toml", *groups, "-o", str(LOCKS / f"{name}.txt"), *session.posargs)
    session.run(*common, str(LOCKS / "nox.in"), "-o", str(LOCKS / "nox.txt"), *session.posargs)
