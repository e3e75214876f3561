"""The styles of the Word document."""

from __future__ import annotations

FONT = "Calibri"
"""Every copy of Word has it; a font that the reader lacks would be replaced by any other."""

_MONO = "Consolas"
_INK, _QUIET, _ACCENT, _HAIR = "1B2733", "56636F", "0B4F6C", "C9D1D8"
_TONES = {
    "Note": ("0B4F6C", "F0F5F8"), "Tip": ("2C6E49", "F0F6F2"), "Warning": ("8A5300", "FBF5EA"),
    "Important": ("96283C", "FAF0F2"), "Caution": ("7A3E00", "FAF3EC"),
}  # fmt: skip


def _spacing(before: int, after: int, line: int = 0) -> str:
    """Space before and after, in twentieths of a point; the height of lines in 240ths."""
    return f'<w:spacing w:before="{before}" w:after="{after}"' + (f' w:line="{line}" w:lineRule="auto"/>' if line else "/>")


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _colour(value: str) -> str:
    return f'<w:color w:val="{value}"/>'


_BOLD = "<w:b/><w:bCs/>"
_KEEP = "<w:keepNext/><w:keepLines/>"


def _paragraph(identifier: str, name: str, based: str = "Normal", look: str = "", text: str = "", following: str = "BodyText") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/><w:basedOn w:val="{based}"/>'
        f'<w:next w:val="{following}"/><w:qFormat/><w:pPr>{look}</w:pPr><w:rPr>{text}</w:rPr></w:style>'
    )


def _character(identifier: str, name: str, text: str) -> str:
    return (
        f'<w:style w:type="character" w:styleId="{identifier}"><w:name w:val="{name}"/><w:basedOn w:val="DefaultParagraphFont"/>'
        f"<w:qFormat/><w:rPr>{text}</w:rPr></w:style>"
    )


def _headings() -> list[str]:
    sizes = {1: 18, 2: 14, 3: 12, 4: 11, 5: 11, 6: 11, 7: 11, 8: 11, 9: 11}
    return [
        _paragraph(
            f"Heading{level}", f"heading {level}", look=f'{_KEEP}{_spacing(max(480 - 80 * level, 200), 100, 252)}<w:outlineLvl w:val="{level - 1}"/>',
            text=_BOLD + _colour(_ACCENT if level == 1 else _INK) + _size(size),
        )
        for level, size in sizes.items()
    ]  # fmt: skip


def _callouts() -> list[str]:
    made = []
    for kind, (rule, ground) in _TONES.items():
        border = f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{rule}"/></w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{ground}"/>'
        indent = '<w:ind w:left="227" w:right="113"/>'
        made.append(
            _paragraph(f"{kind}Title", f"{kind} Title", look=f"<w:keepNext/>{border}{_spacing(200, 0)}{indent}", text=_BOLD + _colour(rule), following=f"{kind}Text")
        )
        made.append(_paragraph(f"{kind}Text", f"{kind} Text", look=f"{border}{_spacing(60, 60)}{indent}", following=f"{kind}Text"))
    return made


def _table() -> str:
    def line(side: str, size: int, colour: str) -> str:
        return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'

    borders = line("top", 8, _INK) + line("bottom", 8, _INK) + line("insideH", 4, _HAIR)
    margins = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)))
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
        '<w:style w:type="table" w:customStyle="1" w:styleId="Table"><w:name w:val="Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f'<w:pPr>{_spacing(0, 0)}</w:pPr><w:rPr>{_size(9.5)}</w:rPr><w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:rPr>{_BOLD}</w:rPr><w:tcPr><w:tcBorders>{line("bottom", 6, _INK)}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr>'
        "</w:tblStylePr></w:style>"
    )


def styles(lang: str) -> str:
    """The part `word/styles.xml`.

    Args:
        lang: The language of the text, such as `en-GB`.
    """
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:eastAsia="{FONT}"/>'
    mono = f'<w:rFonts w:ascii="{_MONO}" w:hAnsi="{_MONO}" w:cs="{_MONO}"/>'
    parts = [
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts}{_colour(_INK)}{_size(11)}<w:lang w:val="{lang}" w:eastAsia="{lang}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        f"<w:pPrDefault><w:pPr>{_spacing(0, 0, 276)}</w:pPr></w:pPrDefault></w:docDefaults>",
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>',
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
        _paragraph("BodyText", "Body Text", look=_spacing(0, 160)),
        _paragraph("FirstParagraph", "First Paragraph", "BodyText"),
        _paragraph("Compact", "Compact", look=_spacing(20, 20, 252), following="Compact"),
        _paragraph("Title", "Title", look=f"<w:keepNext/>{_spacing(0, 120, 240)}", text=_BOLD + _colour(_INK) + _size(28)),
        _paragraph("Subtitle", "Subtitle", look=f"<w:keepNext/>{_spacing(0, 160, 240)}", text=_colour(_QUIET) + _size(15)),
        _paragraph("Author", "Author", look=_spacing(60, 0), text=_colour(_INK)),
        _paragraph("Date", "Date", look=_spacing(0, 360), text=_colour(_QUIET)),
        _paragraph("AbstractTitle", "Abstract Title", look=f"<w:keepNext/>{_spacing(120, 60)}", text=_BOLD, following="Abstract"),
        _paragraph("Abstract", "Abstract", look=f'{_spacing(0, 240)}<w:ind w:left="284" w:right="284"/>', text=_size(10.5)),
        *_headings(),
        _paragraph("TOCHeading", "TOC Heading", look=f"{_KEEP}{_spacing(240, 100)}", text=_BOLD + _colour(_INK) + _size(13)),
        *(_paragraph(f"TOC{level}", f"toc {level}", look=f'{_spacing(20, 20)}<w:ind w:left="{280 * (level - 1)}"/>', following="Normal") for level in (1, 2, 3)),
        _paragraph("BlockText", "Block Text", "BodyText", look='<w:pBdr><w:left w:val="single" w:sz="12" w:space="10" w:color="C9D1D8"/></w:pBdr><w:ind w:left="340"/>', text=_colour(_QUIET)),
        _paragraph("FootnoteText", "footnote text", look=_spacing(0, 40, 240), text=_size(9), following="FootnoteText"),
        _paragraph("FootnoteBlockText", "Footnote Block Text", "FootnoteText"),
        _paragraph("DefinitionTerm", "Definition Term", look=f"{_KEEP}{_spacing(80, 0)}", text=_BOLD, following="Definition"),
        _paragraph("Definition", "Definition", look=f'{_spacing(0, 120)}<w:ind w:left="340"/>'),
        _paragraph("Caption", "caption", look=_spacing(60, 120), text=_size(10)),
        _paragraph("TableCaption", "Table Caption", "Caption", look=f"<w:keepNext/>{_spacing(240, 100)}"),
        _paragraph("ImageCaption", "Image Caption", "Caption", look=_spacing(60, 280)),
        _paragraph("Figure", "Figure", look=_spacing(160, 60)),
        _paragraph("CaptionedFigure", "Captioned Figure", "Figure", look="<w:keepNext/>", following="ImageCaption"),
        _paragraph("SourceCode", "Source Code", look=f'<w:shd w:val="clear" w:color="auto" w:fill="F4F6F8"/>{_spacing(80, 160, 240)}', text=mono + _size(9)),
        _paragraph("Footer", "footer", look='<w:jc w:val="right"/>', text=_colour(_QUIET) + _size(9), following="Footer"),
        *_callouts(),
        _character("VerbatimChar", "Verbatim Char", mono + _size(9.5)),
        _character("SectionNumber", "Section Number", ""),
        _character("FootnoteReference", "footnote reference", '<w:vertAlign w:val="superscript"/>'),
        _character("Hyperlink", "Hyperlink", _colour(_ACCENT) + '<w:u w:val="single"/>'),
        _character("Key", "Key", '<w:bdr w:val="single" w:sz="4" w:space="0" w:color="C9D1D8"/>' + _size(9.5)),
        _table(),
    ]  # fmt: skip
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{"".join(parts)}</w:styles>'
