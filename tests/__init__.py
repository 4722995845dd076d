"""The tests. Each name is a sentence that the product keeps; run them with ``pytest``."""
