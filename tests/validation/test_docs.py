from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from barometer.validation import check
from barometer.validation.docs import standalone

SECRETS = ["zzsecretzz", "jo.bloggs@example.nhs.uk", "07700 900123"]


class Reader(HTMLParser):
    """Every tag, every attribute and every text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(key, value or "") for key, value in attrs]

    def handle_data(self, data):
        self.text.append(data.strip())


@pytest.fixture(scope="module")
def pages(make_export, tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("docs")
    changes = [{"help": secret, "role": secret, "confidence": secret, "plans.other_text": secret} for secret in SECRETS]
    check(make_export({}, *changes), docs=Path(folder))
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_there_is_a_page_of_results(pages):
    assert list(pages) == ["submissions.html"]
    text = " ".join(read(pages["submissions.html"]).text)
    assert "the answer to Q1 is one that was offered" in text
    assert "Q3 is answered only by those to whom it was shown" in text
    assert "3 unexpected values found" in text


def test_nothing_is_loaded_from_outside_and_nothing_runs(pages):
    for page in pages.values():
        reader = read(page)
        assert not {"script", "link", "img", "iframe", "object", "embed", "form"} & set(reader.tags)
        assert not [key for key, _ in reader.attributes if key.startswith("on") or key in ("src", "srcset", "style")]
        assert not [value for key, value in reader.attributes if key == "href" and not value.startswith("#")]
        assert not re.search(r"https?:|//[a-z]|url\(|@import", page)


def test_no_answer_is_shown(pages):
    for page in pages.values():
        for secret in SECRETS:
            assert secret not in page


def test_what_holds_is_said_in_words(pages):
    assert 'content: "holds"' in pages["submissions.html"]
    assert read(pages["submissions.html"]).tags.count("table") > 10


@pytest.mark.parametrize(
    "bad",
    [
        "<script>fetch('https://x.example')</script>",
        "<svg><image href='https://x.example'/></svg>",
        '<p style="background:url(https://x.example)">a</p>',
        "<a href='javascript:alert(1)'>a</a>",
        "<p onmouseover='x()'>a</p>",
        "<div class='card'><div><img src='//x.example'></div></div>",
        "<iframe src='https://x.example'><p>a</p></iframe>",
    ],
)
def test_whatever_loads_or_runs_is_left_out(bad):
    page = standalone(f"<body><p>kept</p>{bad}<p>kept too</p></body>", "T & <i>")
    assert "kept</p>" in page
    assert "kept too</p>" in page
    assert "example" not in page
    assert "javascript" not in page
    assert "onmouseover" not in page
    assert "<title>T &amp; &lt;i&gt;</title>" in page
