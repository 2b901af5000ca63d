"""Registration of the imports with the registries of the house."""

from kini.city.public import pack_checks
from kini.epidemic.imports.vocabulary import check_figures


def register() -> None:
    """Register the check of the pack's words."""
    pack_checks.register("figures", check_figures)
