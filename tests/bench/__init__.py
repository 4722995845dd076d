"""How long things take, beside the least they could take in the same run, and whether that got worse: ``make bench``."""
