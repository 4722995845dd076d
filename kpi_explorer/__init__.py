"""The explorer as an installed program: in the wheel, the pages and their settings are in this folder too."""
