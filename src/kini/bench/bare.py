"""Settings of the server that holds the yardsticks: the same stack, without middleware and without the city."""

from kini.settings import *  # noqa: F403 -- the same but for these lines

ROOT_URLCONF = "kini.bench.yardsticks"
INSTALLED_APPS = []
MIDDLEWARE = []
