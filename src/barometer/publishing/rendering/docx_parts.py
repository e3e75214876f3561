"""Parts of the Word document that pandoc does not make: its styles, page, footer, contents list, and an archive with fixed times."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from barometer.publishing.rendering.docx_styles import styles
from barometer.publishing.rendering.pandoc import call
from barometer.publishing.rendering.tree import Nodes, has_class, identifier, nodes, text_of
from barometer.publishing.rendering.typst_blocks import KEPT_ROWS

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LONGEST_BOOKMARK = 40

_PAGE = (
    '<w:sectPr><w:footerReference w:type="default" r:id="rIdFooter"/><w:footnotePr><w:numRestart w:val="continuous"/></w:footnotePr>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
)
"""A4 with margins of 25 mm; lengths in twentieths of a point."""


def _field(code: str) -> str:
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


_FOOTER = (
    f'{_HEAD}<w:ftr {_NAMESPACES}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    f'{_field("PAGE")}<w:r><w:t xml:space="preserve"> of </w:t></w:r>{_field("NUMPAGES")}</w:p></w:ftr>'
)


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


@lru_cache(maxsize=8)
def reference_document(lang: str) -> bytes:
    """The document from which pandoc takes styles and page.

    Args:
        lang: The language of the text, such as `en-GB`.

    Returns:
        Pandoc's own reference document with our styles, an A4 page, and a footer with page numbers.
    """
    made = call(["--print-default-data-file", "reference.docx"], "")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode("utf-8")
            match name:
                case "word/styles.xml":
                    text = styles(lang)
                case "word/document.xml":
                    text = re.sub(r"<w:sectPr>.*?</w:sectPr>", _PAGE, text, flags=re.DOTALL)
                case "word/settings.xml":
                    text = re.sub(r'<w:themeFontLang w:val="[^"]*"', f'<w:themeFontLang w:val="{lang}"', text)
                case "word/_rels/document.xml.rels":
                    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
                    text = text.replace(
                        "</Relationships>", f'<Relationship Id="rIdFooter" Type="{kind}" Target="footer1.xml"/></Relationships>'
                    )
                case "[Content_Types].xml":
                    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
                    text = text.replace("</Types>", f'<Override PartName="/word/footer1.xml" ContentType="{kind}"/></Types>')
            new.writestr(name, text)
        new.writestr("word/footer1.xml", _FOOTER)
    return out.getvalue()


def contents_list(blocks: Nodes, title: str, depth: int) -> str:
    """A contents list as OpenXML: a field that Word can bring up to date, filled with links, so that it is never empty.

    Args:
        blocks: The document, headings numbered and levelled.
        title: The heading of the list.
        depth: The deepest level of heading in it.
    """
    entries = [
        node
        for node in nodes(blocks)
        if node["t"] == "Header" and node["c"][0] <= depth and not (has_class(node, "unlisted") and has_class(node, "unnumbered"))
    ]
    if not entries:
        return ""
    code = f' TOC \\o "1-{depth}" \\h \\z \\u '
    begin = f'{_mark("begin")}<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>{_mark("separate")}'
    lines = [f'<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr><w:r><w:t xml:space="preserve">{escape(title)}</w:t></w:r></w:p>']
    for place, entry in enumerate(entries):
        name, text = identifier(entry), f'<w:r><w:t xml:space="preserve">{escape(text_of(entry["c"][2]))}</w:t></w:r>'
        linked = f"<w:hyperlink w:anchor={quoteattr(name)}>{text}</w:hyperlink>" if name and len(name) <= _LONGEST_BOOKMARK else text
        lines.append(f'<w:p><w:pPr><w:pStyle w:val="TOC{min(entry["c"][0], 3)}"/></w:pPr>{begin if place == 0 else ""}{linked}</w:p>')
    return "".join(lines) + '<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr>' + _mark("end") + "</w:p>"


def finish(made: bytes, epoch: int) -> bytes:
    """The archive with every member at one time, and what pandoc leaves undone in the text.

    Args:
        made: The document that pandoc wrote.
        epoch: Seconds since 1970; an archive holds nothing before 1980.
    """
    time = datetime.datetime.fromtimestamp(max(epoch, 315_532_800), datetime.UTC).timetuple()[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, time)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            data = old.read(name)
            new.writestr(member, _document(data) if name == "word/document.xml" else data)
    return out.getvalue()


def _document(data: bytes) -> bytes:
    """Rows that do not break over a page, and short tables that stay on one."""
    text = data.decode("utf-8")
    text = re.sub(r"<w:tr>(?!\s*<w:trPr>)", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", text)
    text = text.replace("<w:trPr><w:tblHeader", "<w:trPr><w:cantSplit/><w:tblHeader")
    return re.sub(r"<w:tbl>.*?</w:tbl>", lambda found: _kept(found[0]), text, flags=re.DOTALL).encode("utf-8")


def _kept(table: str) -> str:
    """A short table with each row but the last kept with the next."""
    if table.count("<w:tr>") > KEPT_ROWS:
        return table
    rows, last = table.rsplit("<w:tr>", 1)
    return re.sub(r'(<w:pStyle w:val="[^"]*"\s*/>)', r"\1<w:keepNext/>", rows) + "<w:tr>" + last
