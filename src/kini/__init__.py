"""Kini: an open, self-hosted super-app for a city. ARCHITECTURE.md is the map of its rooms."""

import os

__version__ = "0.1.0"

# numpy's threads wait for each other by spinning: for the many small matrices of an epidemic's statistics they took six
# times the CPU, and six times as long on a busy machine. Processes use the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
