"""The command line: what is asked for is read, one command runs, its outcome is printed.

``parser`` (arguments, and how an outcome or an error is printed), ``command`` (what a command is, and what several share); the commands:
``reading`` (the figures), ``uploads`` (files in), ``record`` (the record itself).
"""

from .parser import main

__all__ = ["main"]
