"""Charts: what each draws, as records, and the chart. Apart from the rest of ``showing``, so that the command line loads no Altair."""

from .process import process_chart, process_data
from .trend import as_vega_lite, indicator_chart, indicator_data, trend_points

__all__ = [
    "as_vega_lite",
    "indicator_chart",
    "indicator_data",
    "process_chart",
    "process_data",
    "trend_points",
]
