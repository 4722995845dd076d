"""The core of the KPI explorer: rating, change and the use cases over them."""
