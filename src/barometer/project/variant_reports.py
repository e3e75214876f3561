"""The reports of the groups of a break: `by-<break>/<level>/` in the publication of a wave, and the page that leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.errors import UsageError
from barometer.project.pages import metadata
from barometer.project.variants import levels, withheld
from barometer.publishing.prose import escaped

if TYPE_CHECKING:
    from barometer.project.run import Progress
    from barometer.project.wave import Wave
    from barometer.publishing.rendering import Document
    from barometer.publishing.rendering.freeze import Freeze

#: The report of a group is the one that every wave can have: that of the wave may need findings that a small group does not have.
GENERIC = "reports/wave.qmd"
_PARAMETER = "part"


@dataclass(frozen=True)
class Variants:
    """Which groups of a wave get a report, of what document."""

    wave: Wave
    by: str
    report: Path
    levels: tuple[str, ...]
    withheld: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The folder of the reports within the publication."""
        return f"by-{self.by.replace('_', '-')}"

    def label(self, level: str) -> str:
        """A level as it is printed."""
        return self.wave.survey.settings.breaks[self.by].levels.get(level, level)


def planned(wave: Wave, by: str) -> Variants:
    """The reports of a break, before anything is made.

    Raises:
        UsageError: If the break is unknown, no group is large enough, or no report can be restricted to a group.
        ProjectError: If the break is neither a column of the frame nor a question of this wave.
    """
    from barometer.project.run import report_of
    from barometer.publishing.rendering import parameters_of

    known, small = levels(wave, by), withheld(wave, by)
    documents = [path for path in (wave.survey.folder / GENERIC, report_of(wave)) if path.is_file()]
    report = next((path for path in documents if _PARAMETER in parameters_of(path)), None)
    if report is None:
        raise UsageError(
            "No report of this wave can be restricted to a group.", file=documents[-1],
            expected=f'a cell tagged parameters that sets {_PARAMETER} = "", and survey.wave(wave).only({_PARAMETER})',
        )  # fmt: skip
    reported = tuple(level for level in known if level not in small)
    if not reported:
        minimum = wave.survey.settings.disclosure.minimum_base
        raise UsageError("No group is large enough for a report of its own.", where=f"break '{by}'", expected=f"{minimum} respondents")
    return Variants(wave, by, report, reported, small)


def write_variants(
    variants: Variants, folder: Path, to: Sequence[str], renderer: str, kept: Freeze | None, kernel: bool, progress: Progress
) -> str:
    """Writes the report and the tidy tables of each group, and the page that leads to them.

    Args:
        variants: The groups.
        folder: The folder of the wave's publication.
        to: The formats of the reports.
        renderer: As for `run`.
        kept: Where results are frozen.
        kernel: Whether cells run in a Jupyter kernel.
        progress: Told what is being done.

    Returns:
        What was done, in a few words.
    """
    from barometer.project.tabling import write_tables
    from barometer.publishing.rendering import render_documents

    documents = [document(variants, level, to) for level in variants.levels]
    for level in variants.levels:
        home = folder / variants.folder / level
        home.mkdir(parents=True)
        write_tables(variants.wave.only(**{variants.by: level}), home)
    render_documents(
        documents, output=folder, renderer=renderer, progress=lambda doing: progress.begin("report", f"by {variants.by}: {doing}"),
        kernel=kernel, freeze=kept,
    )  # fmt: skip
    if "html" in to:
        _write_index(variants, folder / variants.folder, to)
    said = f"{len(documents)} reports by {variants.by}"
    if variants.withheld:
        said += f" (none for {', '.join(map(variants.label, variants.withheld))}: too small)"
    return said


def document(variants: Variants, level: str, to: Sequence[str]) -> Document:
    """The report of one group, ready to be rendered into the folder of the wave's publication."""
    from barometer.publishing.rendering import Document

    told = dict(metadata(variants.wave.only(**{variants.by: level})))
    # The bar of the site leads to pages beside the wave's own report: here it would lead nowhere.
    told["website"] = {**told["website"], "navbar": None}
    for key in ("image", "image-alt"):
        told.pop(key, None)
    given = {"wave": variants.wave.id, _PARAMETER: f"{variants.by}={level}"}
    return Document(variants.report, f"{variants.folder}/{level}/report", tuple(to), given, told)


def _write_index(variants: Variants, folder: Path, to: Sequence[str]) -> None:
    from barometer.publishing.rendering import write_page

    wave, settings = variants.wave, variants.wave.survey.settings
    label = settings.breaks[variants.by].label
    lines = [f"[{escaped(wave.settings.title)}](../index.html): the report of all {escaped(settings.population.respondents)}.", ""]
    names = {"html": "Report", "pdf": "PDF", "docx": "Word"}
    for level in variants.levels:
        links = [f"[{names[form]}]({level}/report.{form})" for form in to]
        links += [f"[{name}]({level}/{file})" for name, file in (("CSV", "tables.csv"), ("Parquet", "tables.parquet"))]
        base = len(wave.only(**{variants.by: level}).responses)
        lines.append(f"- **{escaped(variants.label(level))}** ({base} respondents): {', '.join(links)}")
    if variants.withheld:
        groups = ", ".join(escaped(variants.label(level)) for level in variants.withheld)
        lines += ["", f"No report of its own, to protect those who answered: {groups}."]
    if settings.synthetic:
        lines += ["", "Every response is synthetic: made up for a worked example."]
    title = f"{settings.title}: {wave.settings.title}"
    write_page(
        "\n".join(lines), folder / "index.html",
        metadata={"title": escaped(title), "subtitle": escaped(f"Reports by {label}"), "pagetitle": f"By {label}", "lang": "en-GB"},
        website={"title": settings.title, "page-footer": settings.publisher},
    )  # fmt: skip
