"""The figures of a publication as files: every chart of its messages, and the one that leads, for readers to take along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def figures(wave: Wave) -> dict[str, Chart]:
    """The charts of a wave by the names of their files: `lead`, `trends`, and `<message>-<chart>` for each message of the plan."""
    report = wave.report()
    standing = {LEAD: report.lead_chart, TRENDS: report.trend_chart}
    charts = {name: chart for name, chart in standing.items() if chart is not None}
    for planned in wave.survey.plan.messages:
        charts |= {figure_name(planned.id, name): chart for name, chart in wave.message(planned.id).charts.items()}
    return charts


def start_figures(wave: Wave, folder: Path, worker: Worker, freeze: Freeze | None) -> Callable[[], None]:
    """Has the worker write SVG, PNG and CSV of every figure into `figures/`; or takes them from an earlier run with the same inputs.

    Args:
        wave: The wave.
        folder: Of the publication.
        worker: Draws the PNG: fifteen of them take two seconds.
        freeze: What earlier runs have kept, or None.

    Returns:
        A function that waits until they are written.
    """
    from barometer.publishing.rendering.freeze import decoded, encoded

    target = folder / FIGURES
    kept = freeze.get(FIGURES, wave.id) if freeze is not None else None
    if isinstance(kept, dict):
        target.mkdir()
        for name, data in kept.items():
            (target / name).write_bytes(decoded(data))
        return lambda: None
    charts = figures(wave)
    for chart in charts.values():
        _ = chart.svg  # drawn here, as the report shows it too; it travels to the worker with its chart
    answer = worker.start(_written, charts, target, source_of(wave))

    def wait() -> None:
        answer()
        if freeze is not None:
            freeze.put(FIGURES, wave.id, {path.name: encoded(path.read_bytes()) for path in sorted(target.iterdir())})

    return wait


def source_of(wave: Wave) -> str:
    """The line at the foot of a figure that is seen without its page."""
    settings = wave.survey.settings
    synthetic = " Synthetic responses." if settings.synthetic else ""
    return f"{settings.title}: {wave.settings.title}. {settings.publisher}.{synthetic}"


def _written(charts: Mapping[str, Chart], folder: Path, source: str) -> None:
    from barometer.publishing.charts import write_figures

    write_figures(charts, folder, source=source)
