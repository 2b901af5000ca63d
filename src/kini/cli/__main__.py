"""`./kini VERB` (command.py)."""

import sys

from kini.cli.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
