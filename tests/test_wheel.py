"""What a team installs: the wheel, in an environment of its own, outside the repository."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="building needs hatchling (dependency group 'build')")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("src", "reports", "pyproject.toml", "README.md", "LICENSE")
ALWAYS_THERE = (
    "barometer/py.typed",
    "barometer/findings/finding-1.schema.json",
    "barometer/project/starting/ladders.toml",
    "barometer/project/starting/template/reports/wave.qmd",
    "barometer/project/starting/template/reports/_quarto.yml",
    "barometer/project/starting/template/reports/sections/_topline.qmd",
    "barometer/publishing/rendering/assets/report.css",
    "barometer/publishing/rendering/assets/report.html",
    "barometer/publishing/rendering/assets/report.typ",
    "barometer/publishing/rendering/assets/fonts/FiraSans-Regular.woff2",
)


def built(source: Path, into: Path, target: str) -> Path:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)],
        cwd=source, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return next(into.glob("*.whl" if target == "wheel" else "*.tar.gz"))


def contents(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as file:
        return {name: hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is packed: others may be writing in the repository."""
    folder = tmp_path_factory.mktemp("checkout")
    skipped = shutil.ignore_patterns("__pycache__", "_freeze", ".quarto", "*_files")
    for name in (*SOURCES, "tests", "data", "validation", "analysis", "docs", "benchmarks", "requirements", "barometer.toml", "noxfile.py"):
        path = ROOT / name
        if path.is_dir() and name in SOURCES:
            shutil.copytree(path, folder / name, ignore=skipped)
        elif path.is_file():
            shutil.copy(path, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(checkout, tmp_path_factory.mktemp("dist"), "wheel")


def test_the_wheel_holds_what_a_run_needs_and_no_tests(wheel: Path):
    names = set(contents(wheel))
    assert set(ALWAYS_THERE) <= names
    assert not [name for name in names if "__pycache__" in name or name.split("/")[0] in ("tests", "data", "docs")]


def test_the_source_distribution_makes_the_same_wheel(checkout: Path, wheel: Path, tmp_path: Path):
    source = built(checkout, tmp_path / "dist", "sdist")
    with tarfile.open(source) as file:
        file.extractall(tmp_path / "unpacked", filter="data")
    again = built(next((tmp_path / "unpacked").iterdir()), tmp_path / "again", "wheel")
    assert contents(again) == contents(wheel)


def test_the_wheel_installs_elsewhere_and_publishes_the_example(wheel: Path, tmp_path: Path):
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    packages = next((home / "lib").glob("python*/site-packages"))
    # A wheel without compiled code is installed by unpacking it. No network: what it depends on is found where the tests have it.
    with zipfile.ZipFile(wheel) as file:
        file.extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    called = next(packages.glob("*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    assert "barometer = barometer.cli.main:main" in called

    def barometer(*arguments: str) -> str:
        done = subprocess.run(
            [python, "-c", "from barometer.cli.main import main; main()", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
            env=environment,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [python, "-c", "import barometer; print(barometer.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert where.stdout.startswith(str(packages))
    barometer("init", "heads")
    barometer("run", "--project", "heads", "--renderer", "embedded", "--quiet")
    build = tmp_path / "heads/build/2026-autumn"
    made = {path.name for path in build.iterdir()}
    assert {"report.html", "report.pdf", "report.docx", "tables.xlsx", "tables.parquet", "findings.json", "manifest.json"} <= made
    assert "synthetic" in (build / "report.html").read_text(encoding="utf-8").lower()
    assert "expected their school to share staff" in barometer("finding", "plans.share_staff", "--project", "heads")
    if "BAROMETER_EVERY_PLATFORM" not in os.environ:
        return  # nox -s platforms goes on with a team's own export, which takes another half minute
    guide = (ROOT / "docs" / "02-your-own-survey.md").read_text(encoding="utf-8")
    for file, content in re.findall(r"^```csv file=(\S+)\n(.*?)^```$", guide, flags=re.DOTALL | re.MULTILINE):
        (tmp_path / file).write_text(content, encoding="utf-8")
    own = ("--project", "members")
    barometer("init", "members", "--from", "answers.csv", "--population-size", "40", "--wave", "2026-spring", "--yes")
    barometer("run", *own, "--to", "html", "--renderer", "embedded", "--quiet")
    barometer("add-wave", "autumn.csv", *own, "--wave", "2026-autumn")
    barometer("run", *own, "--to", "html", "--renderer", "embedded", "--quiet")
    assert "Spring 2026" in (tmp_path / "members/build/2026-autumn/report.html").read_text(encoding="utf-8"), "the report says what changed"
