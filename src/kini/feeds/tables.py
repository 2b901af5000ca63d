"""Operator's tables: states of sources, and import runs."""

from django.utils.translation import gettext_lazy as _

from kini.feeds.models import FeedState, Load
from kini.operator.site import site
from kini.operator.table import Table


class States(Table):
    words = _("source of a feed"), _("sources of feeds")
    list_display = ("feed", "checked_at", "loaded_at", "next_at", "failed_since", "made_up")
    ordering = ("feed",)
    whole = (*list_display, "tried_at", "problem", "digest")


class Loads(Table):
    words = _("load of a feed"), _("loads of feeds")
    list_display = ("at", "feed", "outcome", "added", "changed", "gone", "faulty", "made_up")
    search_fields = ("feed__exact",)
    search_help_text = _("Name of a feed")
    whole = (*list_display, "origin", "earlier", "same")


def register() -> None:
    """Register these tables with the operator's site."""
    site.register(FeedState, States)
    site.register(Load, Loads)
