"""`python -m augmint.core.cli`: the same as the `augmint` program."""

import sys

from augmint.core.cli import main

if __name__ == "__main__":
    sys.exit(main())
