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

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
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

_HOME_OF = {
    "Chart": "chart",
    "Combination": "overlaps",
    "Mark": "marks",
    "NHS_REGIONS": "tiles",
    "Tile": "tiles",
    "change_title": "titles",
    "combinations_of": "overlaps",
    "contrast_title": "titles",
    "downloads": "files",
    "downloads_html": "files",
    "fitted": "titles",
    "grouped_share_chart": "shares",
    "heat_table": "heat",
    "leading_title": "titles",
    "marks_of": "marks",
    "number_chart": "scales",
    "overlap_chart": "overlaps",
    "scale_chart": "scales",
    "share_chart": "shares",
    "slope_chart": "trends",
    "small_multiples": "multiples",
    "spread_title": "titles",
    "table_title": "titles",
    "tile_map": "tiles",
    "trend_chart": "trends",
    "write_figures": "files",
}

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

__getattr__, __dir__ = exports(__name__, _HOME_OF)
