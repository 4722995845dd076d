"""The core of the KPI explorer: rating, change and the use cases over them."""

__version__ = "0.11.0"
