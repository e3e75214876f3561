"""Charts: each takes figures that are already computed and gives a `Chart` with its picture, its words and its data."""

from __future__ import annotations

from barometer.publishing.charts.chart import Chart
from barometer.publishing.charts.scales import number_chart, scale_chart
from barometer.publishing.charts.shares import Mark, grouped_share_chart, marks_of, share_chart

__all__ = ["Chart", "Mark", "grouped_share_chart", "marks_of", "number_chart", "scale_chart", "share_chart"]
