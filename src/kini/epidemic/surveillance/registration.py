"""Registration of surveillance with the registries of the house."""

from kini.analytics import datasets
from kini.epidemic.surveillance import jobs  # noqa: F401 -- jobs register themselves
from kini.epidemic.surveillance.case_changes import CASE_CHANGES


def register() -> None:
    datasets.register(CASE_CHANGES)
