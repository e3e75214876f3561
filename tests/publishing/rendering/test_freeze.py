"""Frozen results: what they depend on, that they change no byte, and that a damaged one is made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from barometer.errors import RenderError
from barometer.publishing.rendering import Document, render, render_documents
from barometer.publishing.rendering.freeze import Freeze, decoded, encoded

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
REPORT = f"""\
---
title: Frozen
---

```{{python}}
#| tags: [parameters]
wave = "autumn"
```

First prose of `{{python}} wave`.

```{{python}}
#| label: fig-drawn
#| fig-cap: "A caption"
#| fig-alt: "A pixel"
import base64
from pathlib import Path

ran = Path("ran.txt")
ran.write_text((ran.read_text() if ran.exists() else "") + "ran ")


class Drawn:
    def _repr_mimebundle_(self, include=None, exclude=None):
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        return {{"image/png": base64.b64decode("{PIXEL}"), "image/svg+xml": svg}}


Drawn()
```

```{{python}}
print("printed")
import warnings
warnings.warn("beware")
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "report.qmd").write_text(REPORT, encoding="utf-8")
    (tmp_path / "out").mkdir()
    return tmp_path


def made(folder: Path, freeze: Freeze | None, to: tuple[str, ...] = ("html",), **more: object) -> dict[str, bytes]:
    rendering = render(
        folder / "report.qmd", to=to, output=folder / "out", renderer="embedded", metadata={"date": "2031-03-09"}, freeze=freeze, **more
    )
    return {form: file.read_bytes() for form, file in rendering.files.items()}


def times_run(folder: Path) -> int:
    return (folder / "ran.txt").read_text().count("ran")


def changed(folder: Path, old: str, new: str) -> None:
    text = (folder / "report.qmd").read_text(encoding="utf-8")
    assert old in text
    (folder / "report.qmd").write_text(text.replace(old, new), encoding="utf-8")


def test_with_and_without_frozen_results_the_bytes_are_the_same(folder: Path) -> None:
    freeze, formats = Freeze(folder / "kept", "inputs"), ("html", "pdf", "docx")
    anew = made(folder, None, formats)
    first = made(folder, freeze, formats)
    again = made(folder, freeze, formats)
    assert anew == first == again
    assert times_run(folder) == 2
    # Cells from the freeze, files made anew: the way of an edit.
    for entry in (folder / "kept").glob("file-*.json"):
        entry.unlink()
    assert made(folder, freeze, formats) == anew
    assert times_run(folder) == 2


def test_an_edit_of_prose_and_captions_runs_no_cell(folder: Path) -> None:
    freeze = Freeze(folder / "kept", "inputs")
    made(folder, freeze)
    changed(folder, "First prose", "Better prose")
    changed(folder, "A caption", "Another caption")
    page = made(folder, freeze)["html"].decode()
    assert times_run(folder) == 1
    assert "Better prose of autumn." in page
    assert "Another caption" in page
    assert "First prose" not in page


@pytest.mark.parametrize(("old", "new"), [('print("printed")', 'print("reprinted")'), ("`{python} wave`", "`{python} wave.upper()`")])
def test_an_edit_of_code_runs_all_cells(folder: Path, old: str, new: str) -> None:
    freeze = Freeze(folder / "kept", "inputs")
    before = made(folder, freeze)
    changed(folder, old, new)
    after = made(folder, freeze)
    assert times_run(folder) == 2
    assert after != before
    assert after == made(folder, None)


def test_other_inputs_parameters_or_times_have_results_of_their_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(folder, Freeze(folder / "kept", "inputs"))
    made(folder, Freeze(folder / "kept", "other inputs"))
    assert times_run(folder) == 2
    page = made(folder, Freeze(folder / "kept", "inputs"), parameters={"wave": "spring"})["html"].decode()
    assert "First prose of spring." in page
    assert times_run(folder) == 3
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    made(folder, Freeze(folder / "kept", "inputs"))
    assert times_run(folder) == 4


def test_a_picture_that_changed_is_drawn_anew(folder: Path) -> None:
    (folder / "box.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>')
    changed(folder, "First prose", "![A box](box.svg)\n\nFirst prose")
    freeze = Freeze(folder / "kept", "inputs")
    before = made(folder, freeze)
    (folder / "box.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="6" height="6"/>')
    assert made(folder, freeze) != before
    assert times_run(folder) == 1


def test_a_failed_cell_is_not_kept(folder: Path) -> None:
    changed(folder, 'print("printed")', "print(1 / 0)")
    freeze = Freeze(folder / "kept", "inputs")
    for _ in range(2):
        with pytest.raises(RenderError, match="ZeroDivisionError"):
            made(folder, freeze)
    assert times_run(folder) == 2


def tampered(text: str) -> str:
    return text.replace("printed", "forged!")


def half(text: str) -> str:
    return text[: len(text) // 2]


def without_checksum(text: str) -> str:
    entry = json.loads(text)
    del entry["sha256"]
    return json.dumps(entry)


@pytest.mark.parametrize("damage", [tampered, half, without_checksum, lambda _: "", lambda _: "[]", lambda _: "\0"])
def test_a_damaged_entry_is_as_good_as_none(tmp_path: Path, damage: Callable[[str], str]) -> None:
    freeze = Freeze(tmp_path / "kept", "inputs")
    freeze.put("cells", "key", {"inline": ["printed"]})
    assert freeze.get("cells", "key") == {"inline": ["printed"]}
    (entry,) = (tmp_path / "kept").iterdir()
    entry.write_text(damage(entry.read_text(encoding="utf-8")), encoding="utf-8")
    assert freeze.get("cells", "key") is None
    freeze.put("cells", "key", {"inline": ["mended"]})
    assert freeze.get("cells", "key") == {"inline": ["mended"]}


def test_an_entry_in_the_place_of_another_is_not_taken_for_it(tmp_path: Path) -> None:
    freeze = Freeze(tmp_path / "kept", "inputs")
    freeze.put("cells", "one", 1)
    (one,) = (tmp_path / "kept").iterdir()
    freeze.put("cells", "two", 2)
    two = next(path for path in (tmp_path / "kept").iterdir() if path != one)
    two.write_bytes(one.read_bytes())
    assert (freeze.get("cells", "one"), freeze.get("cells", "two")) == (1, None)


def test_a_report_on_damaged_entries_is_made_anew(folder: Path) -> None:
    freeze = Freeze(folder / "kept", "inputs")
    before = made(folder, freeze)
    for entry in (folder / "kept").iterdir():
        entry.write_text(tampered(entry.read_text(encoding="utf-8")), encoding="utf-8")
    assert made(folder, freeze) == before
    assert times_run(folder) == 2


def test_nothing_that_could_run_is_kept(folder: Path) -> None:
    made(folder, Freeze(folder / "kept", "inputs"), ("html", "docx"))
    entries = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "kept").iterdir()]
    assert {entry["kind"] for entry in entries} == {"cells", "file"}
    assert all(set(entry) == {"schema", "kind", "key", "sha256", "results"} for entry in entries)


def test_a_folder_that_cannot_be_written_to_stops_nothing(folder: Path) -> None:
    (folder / "kept").write_text("a file in the place of the folder")
    assert made(folder, Freeze(folder / "kept", "inputs")) == made(folder, None)


def test_what_cannot_be_kept_is_left(tmp_path: Path) -> None:
    freeze = Freeze(tmp_path / "kept", "inputs")
    freeze.put("thing", 1, object())
    assert freeze.get("thing", 1) is None
    assert decoded(encoded(bytes(range(256)))) == bytes(range(256))


def test_documents_that_say_the_same_keep_apart(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "value.txt").write_text(name)
        (tmp_path / name / "page.qmd").write_text("```{python}\nprint(open('value.txt').read())\n```\n")
    freeze = Freeze(tmp_path / "kept", "inputs")
    documents = [Document(tmp_path / name / "page.qmd", name, ("html",), {}, {}) for name in ("one", "two")]
    render_documents(documents, output=out, renderer="embedded", freeze=freeze)
    again = render_documents(documents, output=out, renderer="embedded", freeze=freeze)
    assert [">two<" in one.files["html"].read_text() or "two" in one.files["html"].read_text() for one in again] == [False, True]
