"""Operator's tables: states of sources, and import runs."""

from django.utils.translation import gettext_lazy as _

from kini.feeds.models import FeedState, ImportRun
from kini.operator.public import ReadOnlyAdmin, site


class FeedStateAdmin(ReadOnlyAdmin):
    labels = _("source of a feed"), _("sources of feeds")
    list_display = ("feed", "checked_at", "loaded_at", "next_at", "failed_since", "made_up")
    ordering = ("feed",)
    detail_fields = (*list_display, "tried_at", "problem", "digest")


class ImportRunAdmin(ReadOnlyAdmin):
    labels = _("load of a feed"), _("loads of feeds")
    list_display = ("at", "feed", "outcome", "added", "changed", "gone", "faulty", "made_up")
    search_fields = ("feed__exact",)
    search_help_text = _("Name of a feed")
    detail_fields = (*list_display, "origin", "earlier", "same")


def register() -> None:
    """Register these tables with the operator's site."""
    site.register(FeedState, FeedStateAdmin)
    site.register(ImportRun, ImportRunAdmin)
