"""What a publication of the CCG barometer holds, and what it must not hold."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from lxml import html
from pypdf import PdfReader

from barometer._version import __version__

pytestmark = pytest.mark.slow

PAGES = {"about.html", "data-quality.html", "headlines.html", "index.html", "methodology.html", "report.html", "tables.html"}
FILES = PAGES | {
    "card.png",
    "data-dictionary.csv",
    "findings.json",
    "manifest.json",
    "report.docx",
    "report.pdf",
    "tables.csv",
    "tables.parquet",
    "tables.xlsx",
    "validation.json",
}
TEXT_OF = {".html", ".pdf", ".docx", ".xlsx", ".csv", ".json"}


def text_of(path: Path) -> str:
    """The words of a file, as a reader or a program finds them; white space is single spaces."""
    match path.suffix:
        case ".pdf":
            text = " ".join(page.extract_text() for page in PdfReader(path).pages)
        case ".docx":
            with zipfile.ZipFile(path) as parts:
                text = " ".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
            text = re.sub(r"<[^>]+>", " ", text)
        case ".xlsx":
            book = openpyxl.load_workbook(path)
            text = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)
        case _:
            text = path.read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def texts(published) -> dict[str, str]:
    return {path.name: text_of(path) for path in published.folder.iterdir() if path.suffix in TEXT_OF}


@pytest.fixture(scope="module")
def responses(root: Path) -> list[dict[str, str]]:
    with (root / "data/waves/2016-spring/responses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_file_is_there_and_nothing_else(published) -> None:
    assert {path.name for path in published.folder.iterdir()} == FILES | {"figures"}
    figures = {path.stem: set() for path in (published.folder / "figures").iterdir()}
    for path in (published.folder / "figures").iterdir():
        figures[path.stem].add(path.suffix)
    assert {"lead", "intentions-shares", "tension-association"} <= figures.keys()
    assert all(kinds == {".svg", ".png", ".csv"} for kinds in figures.values())
    assert sorted(path.name for path in published.folder.parent.iterdir()) == ["2016-spring", "headlines.html", "index.html"]
    assert {"quarantine.csv", "summary.json", "suite.json"} <= {path.name for path in published.checks.iterdir()}


def test_the_manifest_says_what_the_files_were_made_of(published) -> None:
    manifest = json.loads((published.folder / "manifest.json").read_text(encoding="utf-8"))
    outputs = manifest.pop("outputs")
    assert {name for name in outputs if "/" not in name} == FILES - {"manifest.json"}
    assert {name for name in outputs if "/" in name} == {f"figures/{path.name}" for path in (published.folder / "figures").iterdir()}
    for name, digest in outputs.items():
        assert digest == hashlib.sha256((published.folder / name).read_bytes()).hexdigest(), name
    for name, digest in {**manifest["inputs"], **manifest["sources"]}.items():
        assert digest == hashlib.sha256((published.project / name).read_bytes()).hexdigest(), name
    assert {"reports/quarterly.qmd", "reports/methodology.toml"} <= manifest["sources"].keys()
    assert {"data/frame.csv", "data/waves/2016-spring/responses.csv", "barometer.toml", "analysis/plan.toml"} <= manifest["inputs"].keys()
    assert (manifest["wave"], manifest["published"], manifest["renderer"]) == ("2016-spring", "2016-05-16", "embedded")
    assert manifest["rows"] == {"read": 110, "accepted": 100, "quarantined": 10}
    assert manifest["environment"]["barometer"] == __version__
    assert manifest["certified_by"].startswith("great_expectations ")


@pytest.mark.parametrize("name", [*sorted(PAGES), "../index.html"])
def test_no_page_loads_anything_from_outside(published, name: str) -> None:
    source = (published.folder / name).read_text(encoding="utf-8")
    tree = html.fromstring(source)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            loads = name in ("src", "srcset", "data", "poster", "action", "background") or (
                name.endswith("href") and element.tag != "a" and not element.tag.endswith("}a")
            )
            if loads:
                assert value.startswith(("data:", "#")), f"<{element.tag} {name}={value[:80]}>"
    assert not re.findall(r"url\(\s*['\"]?(?!data:|#)[^)]{0,80}", source)
    assert not re.findall(r"@import|importScripts|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon", source)
    assert not tree.xpath("//iframe | //object | //embed | //base | //link[@rel='preconnect']")


def test_no_file_names_a_respondent(texts: dict[str, str], responses: list[dict[str, str]]) -> None:
    ids = {row["Response ID"] for row in responses}
    assert len(ids) > 100
    assert all(one.isdigit() for one in ids)
    for name, text in texts.items():
        assert not re.findall(r"CCG-\d+-[CA]\b", text), name
        # Looked for around each @, as a search from every letter of an embedded font takes its time.
        around = [text[at.start() - 1 : at.start() + 200] for at in re.finditer("@", text)]
        assert not [words for words in around if re.match(r"[\w.+-]@[\w-]+\.[\w.]+\b", words)], name
        assert not re.findall(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", text), name
        assert not ids & set(re.findall(r"(?<![\w.])\d+(?![\w.])", text)), name


def test_no_file_holds_what_somebody_wrote_but_what_was_released(
    root: Path, texts: dict[str, str], responses: list[dict[str, str]]
) -> None:
    written = {re.sub(r"\s+", " ", row[column]).strip() for row in responses for column in row if column.startswith(("Q15.", "Q16."))} | {
        row[column] for row in responses for column in row if column.endswith("- text]")
    }
    with (root / "data/waves/2016-spring/quotes.toml").open("rb") as file:
        released = [one["text"] for one in tomllib.load(file)["quotes"]]
    long = {text for text in written if len(text) > 15 and not any(text[:40] in quote for quote in released)}
    assert len(long) > 20
    for name, text in texts.items():
        assert not {one for one in long if one[:40] in text}, name


@pytest.mark.parametrize("name", sorted(name for name in FILES - {"validation.json"} if Path(name).suffix in TEXT_OF))
def test_synthetic_responses_are_called_synthetic(texts: dict[str, str], name: str) -> None:
    assert "synthetic" in texts[name].lower()


def test_every_page_of_the_pdf_can_be_read(published) -> None:
    pages = PdfReader(published.folder / "report.pdf").pages
    assert 5 <= len(pages) <= 60
    assert all(page.extract_text().strip() for page in pages)


def test_the_same_inputs_give_the_same_bytes(published, published_again) -> None:
    names = [path.relative_to(published.folder) for path in sorted(published.folder.rglob("*")) if path.is_file()]
    differing = [name for name in names if (published.folder / name).read_bytes() != (published_again.folder / name).read_bytes()]
    assert differing == []
    for path in published.checks.iterdir():
        assert path.read_bytes() == (published_again.checks / path.name).read_bytes(), path.name


def test_the_end_of_a_run_says_the_headlines_and_where_the_files_are(published) -> None:
    out = published.said.out
    assert "synthetic responses" in out
    for number in (1, 2, 3):
        assert f"  {number}. " in out
    assert "barometer finding contracting.accountable_care_system" in out
    assert str(published.folder) in out
    assert all(name in out for name in FILES)
    assert "\x1b[" not in out


def test_every_figure_of_the_tidy_table_is_a_finding_or_says_why_not(published) -> None:
    findings = json.loads((published.folder / "findings.json").read_text(encoding="utf-8"))
    with (published.folder / "tables.csv").open(encoding="utf-8", newline="") as file:
        shares = [row for row in csv.DictReader(file) if not row["break"] and row["statistic"] in ("share", "net") and row["estimate"]]
    by_figure = {(one["question"], one["item"] or "", one["option"] or "", one["statistic"]): one for one in findings["findings"]}
    for row in shares:
        told = by_figure[row["question"], row["item"], row["option"], row["statistic"]]
        assert (told["count"], told["base"]) == (int(row["count"]), int(row["base"]))
        assert float(row["estimate"]) == pytest.approx(told["count"] / told["base"], abs=1e-6)


@pytest.fixture
def fresh(published, tmp_path: Path) -> Path:
    """A copy of the publication with its project, for commands that read it."""
    folder = tmp_path / "fresh"
    shutil.copytree(published.project, folder)
    return folder


def test_a_changed_input_is_noticed_when_a_finding_is_read(fresh: Path, cli: Callable) -> None:
    said = cli("finding", "contracting.alliance_contract", "--sentence", "--project", fresh)
    assert (said.code, said.err) == (0, "")
    with (fresh / "barometer.toml").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    said = cli("finding", "contracting.alliance_contract", "--sentence", "--project", fresh)
    assert said.code == 0
    assert "barometer.toml changed since" in said.err
