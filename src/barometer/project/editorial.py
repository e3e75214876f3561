"""The editors' pages of a publication: one for each wave, and one over all that are published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from barometer.project.survey import Survey
    from barometer.project.wave import Wave
    from barometer.publishing.headlines import EditorialHouse

#: The pages of a publication that the editors' page leads to, where they are there.
_PAGES = (
    ("Overview", "index.html"),
    ("Report", "report.html"),
    ("Headlines", "headlines.html"),
    ("Tables", "tables.html"),
    ("Methodology", "methodology.html"),
    ("Data quality", "data-quality.html"),
    ("About", "about.html"),
)
PAGE = "headlines.html"


def write_editors_page(wave: Wave, folder: Path) -> None:
    """Writes `headlines.html` of a wave into the folder of its publication, once its other pages are there.

    Raises:
        ProjectError: If it cannot be written.
    """
    from barometer.publishing.headlines import write_headlines

    links = tuple((label, name) for label, name in _PAGES if name == PAGE or (folder / name).is_file())
    house = _house(wave.survey, (*links, ("All waves", "../index.html")))
    write_headlines(wave.findings, house, folder / PAGE, leads=wave.headlines(), pins=wave.survey.plan.pins)


def write_editors_archive(survey: Survey, build: Path) -> None:
    """Writes `headlines.html` over all published waves into the folder that holds them.

    Raises:
        ProjectError: If it cannot be written.
    """
    from barometer.publishing.headlines import write_all_headlines

    write_all_headlines(build, survey.settings.waves, _house(survey, (("All waves", "index.html"), ("Headlines", PAGE))))


def _house(survey: Survey, navigation: tuple[tuple[str, str], ...]) -> EditorialHouse:
    from barometer.publishing.headlines import EditorialHouse

    settings = survey.settings
    return EditorialHouse(settings.title, settings.publisher, settings.synthetic, settings.style, navigation, settings.background)
