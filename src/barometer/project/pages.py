"""The pages of a publication: which there are, what each is told, and what is written beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barometer.errors import ProjectError
from barometer.project.reporting.about import corrections
from barometer.project.reporting.method import disclosure
from barometer.publishing.prose import escaped

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.publishing.rendering import Document

CARD = "card.png"


def documents(wave: Wave, report: Path, to: Sequence[str], by: str | None = None, *, known: bool = False) -> list[Document]:
    """The report in each format, and the pages of the site around it where HTML is among them.

    Args:
        wave: The wave.
        report: The document of its report.
        to: The formats of the report.
        by: The break by which groups have reports of their own, if any.
        known: Whether a run with the same inputs has found the methodology and the corrections in order.

    Raises:
        ProjectError: If the bar of `reports/_quarto.yml` names a page that is not there, an item of the methodology is blank, or
            the corrections are broken: found before anything is rendered.
        RenderError: If `reports/_quarto.yml` or a page is broken.
    """
    from barometer.publishing.rendering import Document, parameters_of

    told = metadata(wave)
    itself = Document(report, "report", tuple(to), {"wave": wave.id}, told)
    if "html" not in to:
        return [itself]
    pages = site_pages(wave, report)
    names = {page.stem for page in pages}
    if "methodology" in names and not known:
        disclosure(wave)
    if "about" in names and not known:
        corrections(wave)
    found = []
    given = {"wave": wave.id, "formats": ",".join(to), "by": by or ""}
    for page in pages:
        takes = parameters_of(page)
        found.append(Document(page, page.stem, ("html",), {name: value for name, value in given.items() if name in takes}, told))
    # Last, as it shows the most pictures, and they are still being drawn.
    return [*found, itself]


def site_pages(wave: Wave, report: Path) -> list[Path]:
    """The pages that the bar of `reports/_quarto.yml` names, in its order; none where the project is no website."""
    from barometer.publishing.rendering import bar_pages

    folder = wave.survey.folder / "reports"
    pages = [page for page in bar_pages(folder) if page != report.resolve()]
    for page in pages:
        if not page.is_file():
            raise ProjectError(
                "The bar of the site names a page that is not there.",
                file=folder / "_quarto.yml", where="key 'website: navbar'", expected="a document in reports/", got=page.name,
            )  # fmt: skip
    return pages


def metadata(wave: Wave) -> Mapping[str, Any]:
    """What every page is told of its project and wave: the key `barometer`, the date, and what stands around the page.

    Texts are Markdown that prints them as they stand, but for those around the page, which are plain.
    """
    settings = wave.survey.settings
    synthetic = " Synthetic responses." if settings.synthetic else ""
    return {
        "date": wave.settings.published.isoformat(),
        "barometer": {
            "title": escaped(settings.title),
            "subtitle": escaped(settings.subtitle or ""),
            "wave": escaped(wave.settings.title),
            "publisher": escaped(settings.publisher),
        },
        "description": escaped(_sentence(wave)),
        "image": CARD,
        "image-alt": escaped(f"{settings.title}: {wave.settings.title}. {_sentence(wave)}"),
        "website": {
            "title": settings.title,
            "page-footer": f"{settings.publisher}. {settings.title}: {wave.settings.title}.{synthetic}",
        },
    }


def write_card(wave: Wave, folder: Path) -> None:
    """The card that social media show beside a link: `card.png`."""
    from barometer.publishing.card import write_card as write

    settings = wave.survey.settings
    note = "Synthetic responses" if settings.synthetic else ""
    write(folder / CARD, settings.title, wave.settings.title, _sentence(wave), note=note)


def _sentence(wave: Wave) -> str:
    """The first headline, or the fieldwork where there is none."""
    headlines = wave.headlines()
    return headlines[0].sentence(wave.survey.settings.style) if headlines else wave.settings.fieldwork.text
