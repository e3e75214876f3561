"""The styles of the Word document."""

from __future__ import annotations

FONT = "Calibri"
"""Every copy of Word has it; a font that the reader lacks would be replaced by any other."""

_MONO = "Consolas"
_INK, _QUIET, _ACCENT, _HAIR, _GROUND = "1B2733", "56636F", "0B4F6C", "C9D1D8", "F4F6F8"
_TONES = {
    "Note": ("0B4F6C", "F0F5F8"),
    "Tip": ("2C6E49", "F0F6F2"),
    "Warning": ("8A5300", "FBF5EA"),
    "Important": ("96283C", "FAF0F2"),
    "Caution": ("7A3E00", "FAF3EC"),
}
_BUILT_IN = {"Normal", "Body Text", "Title", "Subtitle", "Date", "Block Text", "footnote text", "caption", "footer", "TOC Heading"}
_BOLD = "<w:b/><w:bCs/>"
_NEXT = "<w:keepNext/>"
_KEEP = "<w:keepNext/><w:keepLines/>"


def _spacing(before: int, after: int, line: int = 0) -> str:
    """Space before and after, in twentieths of a point; the height of lines in 240ths."""
    height = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{height}/>'


def _indent(left: int, right: int = 0) -> str:
    return f'<w:ind w:left="{left}" w:right="{right}"/>'


def _rule(colour: str, width: int) -> str:
    return f'<w:pBdr><w:left w:val="single" w:sz="{width}" w:space="8" w:color="{colour}"/></w:pBdr>'


def _fill(colour: str) -> str:
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{colour}"/>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _colour(value: str) -> str:
    return f'<w:color w:val="{value}"/>'


def _font(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:cs="{name}" w:eastAsia="{name}"/>'


def _paragraph(name: str, based: str = "Normal", look: str = "", text: str = "", following: str = "BodyText", identifier: str = "") -> str:
    """A paragraph style; `look` is what stands in `w:pPr`, in the order of the standard, and `text` in `w:rPr`."""
    own = "" if name in _BUILT_IN or name.startswith(("heading ", "toc ")) else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{identifier or name.replace(" ", "")}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/><w:next w:val="{following}"/><w:qFormat/><w:pPr>{look}</w:pPr><w:rPr>{text}</w:rPr></w:style>'
    )


def _character(name: str, text: str) -> str:
    identifier = "FootnoteReference" if name == "footnote reference" else name.replace(" ", "")
    return (
        f'<w:style w:type="character" w:styleId="{identifier}"><w:name w:val="{name}"/><w:basedOn w:val="DefaultParagraphFont"/>'
        f"<w:qFormat/><w:rPr>{text}</w:rPr></w:style>"
    )


def _headings() -> list[str]:
    made = []
    for level, size in enumerate([18, 14, 12, 11, 11, 11, 11, 11, 11], 1):
        look = f'{_KEEP}{_spacing(max(480 - 80 * level, 200), 100, 252)}<w:outlineLvl w:val="{level - 1}"/>'
        text = _BOLD + _colour(_ACCENT if level == 1 else _INK) + _size(size)
        made.append(_paragraph(f"heading {level}", look=look, text=text, identifier=f"Heading{level}"))
    return made


def _callouts() -> list[str]:
    made = []
    for kind, (rule, ground) in _TONES.items():
        border, indent, text = _rule(rule, 24) + _fill(ground), _indent(227, 113), f"{kind}Text"
        made.append(
            _paragraph(f"{kind} Title", look=_NEXT + border + _spacing(200, 0) + indent, text=_BOLD + _colour(rule), following=text)
        )
        made.append(_paragraph(f"{kind} Text", look=border + _spacing(60, 60) + indent, following=text))
    return made


def _contents() -> list[str]:
    heading = _paragraph("TOC Heading", look=_KEEP + _spacing(240, 100), text=_BOLD + _colour(_INK) + _size(13))
    entries = [
        _paragraph(f"toc {level}", look=_spacing(20, 20) + _indent(280 * (level - 1)), following="Normal", identifier=f"TOC{level}")
        for level in (1, 2, 3)
    ]
    return [heading, *entries]


def _line(side: str, size: int, colour: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


def _tables() -> list[str]:
    borders = _line("top", 8, _INK) + _line("bottom", 8, _INK) + _line("insideH", 4, _HAIR)
    widths = (("top", 40), ("left", 85), ("bottom", 40), ("right", 85))
    margins = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in widths)
    return [
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/>'
        '<w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>',
        '<w:style w:type="table" w:customStyle="1" w:styleId="Table"><w:name w:val="Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f"<w:pPr>{_spacing(0, 0)}</w:pPr><w:rPr>{_size(9.5)}</w:rPr>"
        f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        f'<w:tblStylePr w:type="firstRow"><w:rPr>{_BOLD}</w:rPr><w:tcPr><w:tcBorders>{_line("bottom", 6, _INK)}</w:tcBorders>'
        '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>',
    ]


def _defaults(lang: str) -> list[str]:
    return [
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_font(FONT)}{_colour(_INK)}{_size(11)}"
        f'<w:lang w:val="{lang}" w:eastAsia="{lang}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        f"<w:pPrDefault><w:pPr>{_spacing(0, 0, 276)}</w:pPr></w:pPrDefault></w:docDefaults>",
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/>'
        '<w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
    ]


def styles(lang: str) -> str:
    """The part `word/styles.xml`.

    Args:
        lang: The language of the text, such as `en-GB`.
    """
    parts = [
        *_defaults(lang),
        _paragraph("Body Text", look=_spacing(0, 160)),
        _paragraph("First Paragraph", "BodyText"),
        _paragraph("Compact", look=_spacing(20, 20, 252), following="Compact"),
        _paragraph("Title", look=_NEXT + _spacing(0, 120, 240), text=_BOLD + _colour(_INK) + _size(28)),
        _paragraph("Subtitle", look=_NEXT + _spacing(0, 160, 240), text=_colour(_QUIET) + _size(15)),
        _paragraph("Author", look=_spacing(60, 0), text=_colour(_INK)),
        _paragraph("Date", look=_spacing(0, 360), text=_colour(_QUIET)),
        _paragraph("Abstract Title", look=_NEXT + _spacing(120, 60), text=_BOLD, following="Abstract"),
        _paragraph("Abstract", look=_spacing(0, 240) + _indent(284, 284), text=_size(10.5)),
        *_headings(),
        *_contents(),
        _paragraph("Block Text", "BodyText", look=_NEXT + _rule(_HAIR, 12) + _indent(340), text=_colour(_QUIET)),
        _paragraph("footnote text", look=_spacing(0, 40, 240), text=_size(9), following="FootnoteText", identifier="FootnoteText"),
        _paragraph("Footnote Block Text", "FootnoteText"),
        _paragraph("Definition Term", look=_KEEP + _spacing(80, 0), text=_BOLD, following="Definition"),
        _paragraph("Definition", look=_spacing(0, 120) + _indent(340)),
        _paragraph("caption", look=_spacing(60, 120), text=_size(10), identifier="Caption"),
        _paragraph("Table Caption", "Caption", look=_NEXT + _spacing(240, 100)),
        _paragraph("Table Text Small", "Compact", text=_size(8), following="TableTextSmall"),
        _paragraph("Table Notes", look=_spacing(80, 240), text=_colour(_QUIET) + _size(9)),
        _paragraph("Image Caption", "Caption", look=_spacing(60, 280)),
        _paragraph("Figure", look=_spacing(160, 60)),
        _paragraph("Captioned Figure", "Figure", look=_NEXT, following="ImageCaption"),
        _paragraph("Source Code", look=_fill(_GROUND) + _spacing(80, 160, 240), text=_font(_MONO) + _size(9)),
        _paragraph("footer", look='<w:jc w:val="right"/>', text=_colour(_QUIET) + _size(9), following="Footer", identifier="Footer"),
        *_callouts(),
        _character("Verbatim Char", _font(_MONO) + _size(9.5)),
        _character("Section Number", ""),
        _character("footnote reference", '<w:vertAlign w:val="superscript"/>'),
        _character("Hyperlink", _colour(_ACCENT) + '<w:u w:val="single"/>'),
        _character("Key", _size(9.5) + f'<w:bdr w:val="single" w:sz="4" w:space="0" w:color="{_HAIR}"/>'),
        *_tables(),
    ]
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'{head}<w:styles xmlns:w="{space}">{"".join(parts)}</w:styles>'
