"""Runs the benchmarks that need nothing but this project: `make bench`.

Those over real documents take the archives' paths: see `benchmarks.corpus`.
"""

import sys

from benchmarks.speed import main

if __name__ == "__main__":
    sys.exit(main())
