"""The figures of a publication as files: every chart of its messages, and the one that leads, for readers to take along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.publishing.message import figure_name

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.project.worker import Worker
    from barometer.publishing.charts import Chart
    from barometer.publishing.rendering.freeze import Freeze

FIGURES = "figures"
LEAD, TRENDS = "lead", "trends"


def figures(wave: Wave) -> Iterator[tuple[str, Chart]]:
    """The charts of a wave with the names of their files: `lead`, `trends`, and `<message>-<chart>` for each message of the plan."""
    report = wave.report()
    if report.lead_chart is not None:
        yield LEAD, report.lead_chart
    for planned in wave.survey.plan.messages:
        for name, chart in wave.message(planned.id).charts.items():
            yield figure_name(planned.id, name), chart
    if report.trend_chart is not None:
        yield TRENDS, report.trend_chart


def start_figures(wave: Wave, folder: Path, artist: Worker, freeze: Freeze | None) -> Callable[[], None]:
    """Has every figure drawn and written as SVG, PNG and CSV into `figures/`; or takes the files of an earlier run with the same inputs.

    The report shows the same charts: each waits for its picture only when somebody looks at it.

    Args:
        wave: The wave.
        folder: Of the publication.
        artist: A process that draws: vl-convert lets nothing else run in its own.
        freeze: What earlier runs have kept, or None.

    Returns:
        A function that waits until they are written.
    """
    from barometer.publishing.charts.files import checked, write_data
    from barometer.publishing.charts.pictures import draw
    from barometer.publishing.rendering.freeze import decoded, encoded

    target = folder / FIGURES
    kept = freeze.get(FIGURES, wave.id) if freeze is not None else None
    target.mkdir()
    if isinstance(kept, dict):
        for name, data in kept.items():
            (target / name).write_bytes(decoded(data))
        return lambda: None
    source = source_of(wave)
    answers = []
    for name, chart in figures(wave):
        answer = artist.start(draw, chart.spec, chart.alt, target, checked(name), source)
        chart.drawn_by(answer)
        write_data(chart, target, name, source)
        answers.append(answer)
    artist.rest()

    def wait() -> None:
        for answer in answers:
            answer()
        if freeze is not None:
            freeze.put(FIGURES, wave.id, {path.name: encoded(path.read_bytes()) for path in sorted(target.iterdir())})

    return wait


def source_of(wave: Wave) -> str:
    """The line at the foot of a figure that is seen without its page."""
    settings = wave.survey.settings
    synthetic = " Synthetic responses." if settings.synthetic else ""
    return f"{settings.title}: {wave.settings.title}. {settings.publisher}.{synthetic}"
