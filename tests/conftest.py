"""Projects to work on, the command line, and one publication that all tests share."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("barometer.toml", "data", "validation", "analysis", "reports")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "synthetic", "_freeze", ".quarto", "*_files")

SMALL = {
    "barometer.toml": """\
title = "Small barometer"
publisher = "Testers"
synthetic = true
waves = ["2019", "2020", "2021"]

[population]
people = "members"
respondents = "members who answered"
describes = "all members of the club"
size = 80

[breaks.side]
label = "Side"
levels = { left = "Left", right = "Right" }

[breaks.seat]
label = "Seat"

[disclosure]
minimum_base = 5
small_base = 15
""",
    "data/questionnaire.toml": """\
title = "Small barometer"

[[themes]]
id = "club"
title = "The club"

[[questions]]
id = "side"
kind = "single"
theme = "club"
text = "Where do you sit?"
short = "Side"
options = [{ code = "left", label = "Left" }, { code = "right", label = "Right" }]

[[questions]]
id = "plans"
kind = "multiple"
theme = "club"
text = "What will you do?"
short = "Plans"
says = "expected to {option}"
options = [{ code = "stay", label = "Stay" }, { code = "pay", label = "Pay" }, { code = "none", label = "None", exclusive = true }]

[[questions]]
id = "old"
kind = "numeric"
theme = "club"
text = "How old is the club?"
short = "Age"
minimum = 0
maximum = 99
waves = ["2019"]

[[questions]]
id = "why"
kind = "text"
theme = "club"
text = "Why?"
short = "Why"
""",
    "data/waves/2020/wave.toml": """\
title = "Summer 2020"
published = 2020-09-01
mode = "Online"

[fieldwork]
start = 2020-06-01
end = 2020-06-30
text = "June 2020"

[export]
respondent = "respondent"
""",
    "validation/rules.toml": "maximum_quarantined = 0.2\nminimum_accepted = 10\n",
    "analysis/plan.toml": 'breaks = ["side"]\nheadlines = 1\n',
    "analysis/club.py": """\
from barometer import Message


def analyse(wave):
    return Message(title="The club", lead=wave.finding("plans.stay"))
""",
    "reports/quarterly.qmd": """\
---
title: Small report
---

```{python}
#| tags: [parameters]
wave = "2019"
```

```{python}
#| output: asis
import barometer

this = barometer.open("..").wave(wave)
print(this.finding("plans.stay").sentence())
```
""",
}


@dataclass(frozen=True)
class Said:
    """What a call of the command line came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Published:
    """A project whose wave of spring 2016 is published."""

    project: Path
    said: Said

    @property
    def folder(self) -> Path:
        return self.project / "build" / "2016-spring"

    @property
    def checks(self) -> Path:
        return self.project / "checks" / "2016-spring"


def copied(folder: Path) -> Path:
    """A copy of the repository's barometer project."""
    folder.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


def called(*arguments: object, folder: Path | None = None, seed: str = "0", timeout: float = 300, **environment: str) -> Said:
    """The command line in a process of its own, as a survey team calls it."""
    done = subprocess.run(
        [sys.executable, "-m", "barometer.cli.main", *map(str, arguments)],
        cwd=folder, capture_output=True, encoding="utf-8", timeout=timeout, check=False,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONWARNINGS": "default", "COLUMNS": "100", **environment},
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the CCG barometer that a test may spoil."""
    return copied(tmp_path / "project")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project of two questions and twenty respondents: enough for a whole run, and quick."""
    folder = tmp_path / "small"
    for name, text in SMALL.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sides, stays = ["left"] * 12 + ["right"] * 8, ["1", "1", "1", "0"] * 5
    rows = [f"r{number:02},{side},{stay},{1 - int(stay)},0,because" for number, (side, stay) in enumerate(zip(sides, stays, strict=True))]
    header = "respondent,side,plans.stay,plans.pay,plans.none,why"
    (folder / "data/waves/2020/responses.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command line in this process: quick, with what it wrote and its exit code."""
    from barometer.cli import main

    monkeypatch.setattr(main, "hurry", lambda: None)  # this process goes on, and is to be tidied up in the end

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["barometer", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "100")
        with pytest.raises(SystemExit) as leaving:
            main.main()
        out, err = capsys.readouterr()
        return Said(int(leaving.value.code or 0), out, err)

    return call


@pytest.fixture(scope="session")
def process() -> Callable[..., Said]:
    """The command line in a process of its own."""
    return called


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of one test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def published_in(folder: Path, seed: str, **environment: str) -> Iterator[Published]:
    """The publication of a copy of the project; made by whichever process of the test run asks first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = folder.with_suffix(".said")
        if not said.exists():
            done = called("run", "2016-spring", "--renderer", "embedded", folder=copied(folder), seed=seed, **environment)
            said.write_text("\x1f".join([str(done.code), done.out, done.err]), encoding="utf-8")
        fcntl.flock(lock, fcntl.LOCK_UN)
    code, out, err = said.read_text(encoding="utf-8").split("\x1f")
    assert code == "0", err
    yield Published(folder, Said(0, out, err))


@pytest.fixture(scope="session")
def published(shared: Path) -> Iterator[Published]:
    """The CCG barometer, published once for all tests. Do not change it."""
    yield from published_in(shared / "published", "1")


@pytest.fixture(scope="session")
def published_again(shared: Path) -> Iterator[Published]:
    """The same in another process and folder, with other hashes, in another time zone and language, for another user."""
    home = shared / "elsewhere" / "home"
    home.mkdir(parents=True, exist_ok=True)
    elsewhere = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "LANG": "C", "HOME": str(home), "PYTHONUTF8": "0"}
    yield from published_in(shared / "elsewhere" / "published again", "2", **elsewhere)
