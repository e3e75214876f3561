"""The editors' page as a file: what stands in it without a script, what its policy allows, and what it leaves out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from barometer.errors import ProjectError
from barometer.findings import Edited, Findings, Withheld, dump_findings, load_findings
from barometer.publishing.headlines import EditorialHouse, write_all_headlines, write_headlines
from barometer.publishing.headlines.entries import shortened

GOLDEN = Path(__file__).parents[1] / "findings" / "golden" / "findings.json"
HOUSE = EditorialHouse("CCG leaders' barometer", "Barometer worked example", synthetic=True, navigation=(("Report", "report.html"),))
ACS = "2016-spring/contracting.accountable_care_system"


@pytest.fixture(scope="module")
def golden() -> Findings:
    return load_findings(GOLDEN)


def older(findings: Findings, wave: str = "2013-winter") -> Findings:
    text = json.dumps([finding.model_dump(mode="json") for finding in findings])
    return Findings(json.loads(text.replace("2016-spring", wave).replace("Spring 2016", "Winter 2013")))


class Page(HTMLParser):
    """What a page holds: its text, its tags with their attributes, and the ids in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def page(golden: Findings, tmp_path: Path) -> Page:
    return Page(
        write_headlines(golden, HOUSE, tmp_path / "headlines.html", leads=list(golden)[:2], pins=("contracting.accountable_care_system",))
    )


def test_every_figure_stands_in_it_without_a_script(page: Page, golden: Findings) -> None:
    assert [article["id"] for article in page.all("article")] == golden.ids
    for finding in golden:
        for text in (finding.sentence(), finding.figure, finding.question_text, *finding.caveats, *finding.not_to_be_said):
            assert text in page.text, text
        if finding.interval:
            assert finding.sentence(voice="population") in page.text
        for group in finding.breakdowns:
            assert group.sentences["hsj"] in page.text
    assert len(page.all("svg")) == len(golden) + 1
    assert all(svg["aria-label"] for svg in page.all("svg") if svg.get("role") == "img")


def test_it_opens_in_the_style_of_the_house(golden: Findings, tmp_path: Path) -> None:
    path = write_headlines(golden, EditorialHouse("T", "P", synthetic=True, style="ons"), tmp_path / "page.html")
    assert golden[0].sentence("ons") in Page(path).text
    assert golden[0].sentence("hsj") not in Page(path).text


def test_synthetic_responses_are_called_so(page: Page, golden: Findings, tmp_path: Path) -> None:
    assert "Synthetic responses. Every answer is made up" in page.text
    real = write_headlines(golden, EditorialHouse("T", "P", synthetic=False), tmp_path / "real.html")
    assert "Every answer is made up" not in Page(real).text


def test_what_leads_says_why(page: Page) -> None:
    assert "What leads, and why" in page.text
    assert "Pinned by the editors. Score 25 of 100: size 15, groups 5, precision 6; expected: 50 per cent (an even split)." in page.text
    assert {"href": f"#{ACS}"} in page.all("a")


def test_nothing_but_its_own_script_and_style_may_run(page: Page) -> None:
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        content = re.search(rf"<{tag}>(.*?)</{tag}>", page.source, re.DOTALL)
        assert content is not None
        hashed = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{hashed}'" in policy
    for _, attributes in page.tags:
        assert not {"style", "onclick", "onload", "src", "srcset"} & attributes.keys()
        assert not (attributes.get("href") or "").startswith(("http", "//"))
    # The names of namespaces are the only addresses in it.
    assert set(re.findall(r"https?://[^\s\"'<]+", page.source)) <= {"http://www.w3.org/2000/svg"}


def test_ids_are_unique_and_links_within_the_page_lead_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert all(link["href"][1:] in ids for link in page.all("a") if (link["href"] or "").startswith("#"))


def test_markup_in_a_text_stays_text(golden: Findings, tmp_path: Path) -> None:
    bad = '</script><img src=x onerror="alert(1)">&'
    spoilt = golden[0].model_copy(
        update={"option_label": bad, "question_text": bad, "question_short": bad, "keywords": (bad,), "caveats": (bad,)}
    )
    voices = {style: dict.fromkeys(said, bad) for style, said in spoilt.voices.items()}
    spoilt = spoilt.model_copy(update={"voices": voices, "theme_title": bad, "wave_title": bad})
    both = [spoilt, spoilt.model_copy(update={"wave": "2013-winter", "id": "2013-winter/a.b"})]
    for findings in ([spoilt], both):
        page = Page(write_headlines(findings, EditorialHouse(bad, bad, synthetic=True), tmp_path / "page.html"))
        assert page.all("img") == []
        assert page.source.count("</script>") == 2
        assert page.text.count(bad) >= 6


def test_a_withheld_figure_is_not_in_it(golden: Findings, tmp_path: Path) -> None:
    held = Withheld(
        id="2016-spring/secret.thing", wave="2016-spring", question="secret", label="Secret", reason="fewer than 10 people answered"
    )
    page = Page(write_headlines(Findings(golden, [held]), HOUSE, tmp_path / "page.html"))
    assert "secret" not in page.source.casefold()


def test_an_edited_sentence_is_marked_beside_what_it_replaced(golden: Findings, tmp_path: Path) -> None:
    first = golden[0]
    voices = {**first.voices, "hsj": {**first.voices["hsj"], "sample": "A sentence of the editors."}}
    edited = Edited(by="A. Editor", why="Length", original={"hsj": first.sentence()})
    page = Page(write_headlines([first.model_copy(update={"voices": voices, "edited": edited})], HOUSE, tmp_path / "page.html"))
    assert "A sentence of the editors. [edited]" in page.text
    assert "Edited by A. Editor: Length" in page.text
    assert first.sentence() in page.text


def test_the_same_findings_give_the_same_bytes(golden: Findings, tmp_path: Path) -> None:
    read = load_findings(dump_findings(golden, tmp_path / "findings.json"))
    one = write_headlines(golden, HOUSE, tmp_path / "one.html", leads=list(golden)[:1]).read_bytes()
    assert write_headlines(read, HOUSE, tmp_path / "two.html", leads=list(golden)[:1]).read_bytes() == one


def test_all_published_waves_stand_on_one_page_the_newest_first(golden: Findings, tmp_path: Path) -> None:
    dump_findings(golden, tmp_path / "2016-spring" / "findings.json")
    dump_findings(older(golden), tmp_path / "2013-winter" / "findings.json")
    (tmp_path / "2013-spring").mkdir()
    (tmp_path / "2013-spring" / "findings.json").write_text('{"schema_version": "0.9"}', encoding="utf-8")
    waves = ("2012-autumn", "2013-winter", "2013-spring", "2016-spring")
    path = write_all_headlines(tmp_path, waves, HOUSE)
    assert path == tmp_path / "headlines.html"
    page = Page(path)
    assert [article["id"] for article in page.all("article")] == [*golden.ids, *older(golden).ids]
    assert [option["value"] for option in page.all("option") if option["value"] in waves] == ["2016-spring", "2013-winter"]
    assert path.read_bytes() == write_all_headlines(tmp_path, waves, HOUSE).read_bytes()
    assert write_all_headlines(tmp_path / "2013-spring", waves, HOUSE) is None


def test_a_page_that_cannot_be_written_is_an_error(golden: Findings, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(ProjectError, match="cannot be written"):
        write_headlines(golden, HOUSE, tmp_path / "taken" / "headlines.html")


def test_other_styles_are_kept_short_and_come_back_whole(golden: Findings) -> None:
    def back(held: Any, shown: str, before: str) -> str:
        if held == 1:
            return before
        return held if isinstance(held, str) else shown[: held[0]] + held[1] + shown[len(shown) - held[2] :]

    texts = [*golden[0].citations.values(), *(voices["sample"] for voices in golden[0].voices.values()), "", "a", "aa", "aaaa"]
    for text in texts:
        for shown in texts:
            for before in (text, shown):
                assert back(shortened(text, shown, before), shown, before) == text


def test_the_page_of_the_largest_wave_is_light(published: Any) -> None:
    path = published.folder / "headlines.html"
    assert path.stat().st_size < 700_000
    assert (published.project / "build" / "headlines.html").stat().st_size < 1_500_000
    page = Page(path)
    assert len(page.all("article")) == len(load_findings(published.folder / "findings.json"))
    assert {link["href"] for link in page.all("a")} >= {"index.html", "report.html", "../index.html"}
    manifest = json.loads((published.folder / "manifest.json").read_text(encoding="utf-8"))
    assert "headlines.html" in manifest["outputs"]
