"""A finding in a notebook."""

from __future__ import annotations

from barometer.findings import make_findings


def test_a_notebook_shows_sentence_base_and_caveats(asking, share, frame, context):
    told = make_findings(frame(share("plans", "yes", 58, 100)), asking(), context)[0]
    markdown, page = told._repr_markdown_(), told._repr_html_()
    for shown in (markdown, page):
        for words in (told.sentence(), told.figure, "Base: 100 leaders who answered, Spring 2016.", "Synthetic: the responses are made up"):
            assert words in shown
        assert "2016-spring/plans.yes" in shown
    assert markdown.startswith(f"**{told.sentence()}**")


def test_markup_in_a_label_stays_text(asking, share, frame, context):
    options = [{"code": "yes", "label": "Yes", "says": "chose <b>*all*</b> of `it`"}, {"code": "no", "label": "No"}]
    told = make_findings(frame(share("plans", "yes", 58, 100)), asking(options=options), context)[0]
    assert "chose &lt;b&gt;*all*&lt;/b&gt; of `it`" in told._repr_html_()
    assert r"chose \<b\>\*all\*\</b\> of \`it\`" in told._repr_markdown_()
