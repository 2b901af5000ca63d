"""Settings of the baseline server: the same stack without middleware and apps."""

from kini.settings import *  # noqa: F403 -- the same but for these lines

ROOT_URLCONF = "kini.bench.baselines"
INSTALLED_APPS = []
MIDDLEWARE = []
