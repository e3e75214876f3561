"""Charts: each takes figures that are already computed and gives a `Chart` with its picture, its words and its data.

| chart | what it shows |
| ----- | ------------- |
| `share_chart`, `grouped_share_chart` | shares as dots with intervals, for everybody or by group |
| `scale_chart`, `number_chart` | answers on a scale as diverging bars, numbers as columns |
| `trend_chart`, `slope_chart` | figures over waves; a gap where a wave did not ask, a break where the series breaks |
| `small_multiples` | one panel an item or a group, all on one scale |
| `tile_map` | one figure by region, a tile each |
| `overlap_chart` | which answers of a select-all question go together |
| `heat_table` | items by groups, the figure in every cell |

`marks_of` makes marks from rows of published `Estimates`; `write_figures` and `Chart.save` write pictures and data, `downloads` links
to them.
"""

from __future__ import annotations

from barometer.publishing.charts.chart import Chart
from barometer.publishing.charts.files import downloads, downloads_html, write_figures
from barometer.publishing.charts.heat import heat_table
from barometer.publishing.charts.marks import Mark, marks_of
from barometer.publishing.charts.multiples import small_multiples
from barometer.publishing.charts.overlaps import Combination, combinations_of, overlap_chart
from barometer.publishing.charts.scales import number_chart, scale_chart
from barometer.publishing.charts.shares import grouped_share_chart, share_chart
from barometer.publishing.charts.tiles import NHS_REGIONS, Tile, tile_map
from barometer.publishing.charts.titles import change_title, contrast_title, fitted, leading_title, spread_title, table_title
from barometer.publishing.charts.trends import slope_chart, trend_chart

__all__ = [
    "NHS_REGIONS",
    "Chart",
    "Combination",
    "Mark",
    "Tile",
    "change_title",
    "combinations_of",
    "contrast_title",
    "downloads",
    "downloads_html",
    "fitted",
    "grouped_share_chart",
    "heat_table",
    "leading_title",
    "marks_of",
    "number_chart",
    "overlap_chart",
    "scale_chart",
    "share_chart",
    "slope_chart",
    "small_multiples",
    "spread_title",
    "table_title",
    "tile_map",
    "trend_chart",
    "write_figures",
]
