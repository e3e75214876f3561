"""The way to Quarto itself, with a program in its place that does what Quarto's command line says it does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from barometer.errors import RenderError
from barometer.publishing.rendering import choose_renderer, render

PROGRAM = """#!{python}
import json, os, pathlib, sys
if sys.argv[1:] == ["--version"]:
    print("{version}")
    sys.exit(0)
arguments = sys.argv[1:]
with open("{log}", "a") as log:
    metadata = arguments[arguments.index("--metadata-file") + 1] if "--metadata-file" in arguments else None
    settings = pathlib.Path(metadata).read_text() if metadata else None
    log.write(json.dumps([arguments, pathlib.Path.cwd().name, settings, os.environ["QUARTO_PYTHON"]]) + "\\n")
name = arguments[arguments.index("--output") + 1]
folder = pathlib.Path("{folder}")
folder.mkdir(exist_ok=True)
if {exit_code} == 0:
    (folder / name).write_text("made by quarto: " + arguments[arguments.index("--to") + 1])
print("{says}", file=sys.stderr)
sys.exit({exit_code})
"""


@pytest.fixture
def quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a program named quarto on the PATH; gives a function that sets how it behaves and reads what it was asked."""

    def make(version: str = "1.7.31", *, folder: str = ".", exit_code: int = 0, says: str = "") -> Path:
        place = tmp_path / "bin"
        place.mkdir(exist_ok=True)
        log = tmp_path / "asked.jsonl"
        text = PROGRAM.format(python=sys.executable, version=version, log=log, folder=folder, exit_code=exit_code, says=says)
        (place / "quarto").write_text(text)
        (place / "quarto").chmod(0o755)
        monkeypatch.setenv("PATH", str(place))
        return log

    return make


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "quarterly.qmd").write_text("Text\n")
    return folder / "quarterly.qmd"


def test_auto_takes_quarto_where_it_is_new_enough(quarto) -> None:
    quarto("1.6.0")
    assert choose_renderer("auto").version == "1.6.0"
    quarto("1.5.57")
    assert choose_renderer("auto") is None
    quarto("nothing that reads like a version")
    assert choose_renderer("auto") is None


def test_quarto_that_is_too_old_is_an_error_when_it_is_asked_for(quarto) -> None:
    quarto("1.5.57")
    with pytest.raises(RenderError) as caught:
        choose_renderer("quarto")
    assert (caught.value.what, caught.value.expected, caught.value.got) == ("Quarto is too old.", "1.6 or newer", "1.5.57")


def test_each_format_is_made_and_moved(quarto, source: Path, tmp_path: Path) -> None:
    log = quarto()
    output = tmp_path / "out"
    output.mkdir()
    parameters = {"wave": "2016-spring", "base": 112, "year": "2016"}
    made = render(source, output=output, stem="spring", parameters=parameters, metadata={"date": "2016-05-01"}, renderer="quarto")
    assert made.renderer == "quarto 1.7.31"
    assert {form: file.read_text() for form, file in made.files.items()} == {
        "html": "made by quarto: html", "pdf": "made by quarto: typst", "docx": "made by quarto: docx",
    }  # fmt: skip
    assert sorted(file.name for file in output.iterdir()) == ["spring.docx", "spring.html", "spring.pdf"]
    assert [file.name for file in source.parent.iterdir()] == ["quarterly.qmd"], "nothing is left beside the document"

    asked = [json.loads(line) for line in log.read_text().splitlines()]
    assert [arguments[:4] for arguments, *_ in asked] == [["render", "quarterly.qmd", "--to", to] for to in ("html", "typst", "docx")]
    arguments, folder, metadata, python = asked[0]
    assert python == sys.executable, "the cells run in this environment"
    assert folder == "reports"
    assert "embed-resources:true" in arguments
    assert arguments[arguments.index("-P") :][:6] == ["-P", "wave:2016-spring", "-P", "base:112", "-P", 'year:"2016"']
    assert metadata == "date: '2016-05-01'\n"


def test_the_output_folder_of_a_website_is_found(quarto, source: Path, tmp_path: Path) -> None:
    (source.parent / "_quarto.yml").write_text("project:\n  type: website\n")
    quarto(folder="_site")
    made = render(source, to=["html"], output=tmp_path, renderer="quarto")
    assert made.files["html"].read_text() == "made by quarto: html"


@pytest.mark.parametrize(
    ("behaviour", "what"),
    [
        ({"exit_code": 1, "says": "ERROR: no such cell"}, "Quarto could not render the document."),
        ({"says": "[WARNING] Unable to resolve crossref @fig-lost"}, "The reference '@fig-lost' leads nowhere."),
        ({"folder": "elsewhere"}, "Quarto said that it was done, and its result is not there."),
    ],
)
def test_failures_leave_nothing(quarto, source: Path, tmp_path: Path, behaviour: dict[str, object], what: str) -> None:
    quarto(**behaviour)
    output = tmp_path / "out"
    output.mkdir()
    with pytest.raises(RenderError) as caught:
        render(source, to=["html"], output=output, renderer="quarto")
    assert caught.value.what == what
    assert list(output.iterdir()) == []
