"""``python -m kpi_core COMMAND --help``: the command line, the pages' twin.

Exit status: 0 done, 1 the input has problems or the work cannot be done now, 2 wrong usage.
"""

import sys

from .command_line import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
