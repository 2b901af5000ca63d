"""Read-only ModelAdmin that stays fast with millions of rows."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import display_for_value
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import BooleanField, Model, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

#: Maximum number of rows in the list; older ones are found by search.
MAX_ROWS = 1000


#: Column labels by field name: models have no verbose names.
COLUMN_LABELS = {
    "action": _("action"),
    "active": _("in use"),
    "actor_id": _("account"),
    "actor_kind": _("who acted"),
    "actor_name": _("job or command"),
    "added": _("new"),
    "added_at": _("since"),
    "address": _("address"),
    "agency_id": _("agency"),
    "amount": _("amount"),
    "area_id": _("area"),
    "asked_at": _("requested"),
    "at": _("when"),
    "attempts": _("attempts"),
    "called_station_id": _("called station"),
    "capacity": _("capacity"),
    "category": _("category"),
    "changed": _("changed"),
    "checked_at": _("last read"),
    "code": _("code"),
    "count": _("count"),
    "created_at": _("since"),
    "digest": _("digest"),
    "done_at": _("done"),
    "earlier": _("older"),
    "facility_id": _("facility"),
    "failed_since": _("failing since"),
    "faulty": _("faulty"),
    "fee": _("fee"),
    "feed": _("feed"),
    "gone": _("removed"),
    "grant_types": _("grant types"),
    "id": _("number"),
    "is_active": _("may sign in"),
    "kind": _("kind"),
    "language": _("language"),
    "last_heartbeat": _("last heartbeat"),
    "last_login": _("last sign-in"),
    "latitude": _("latitude"),
    "level": _("level"),
    "loaded_at": _("last loaded"),
    "longitude": _("longitude"),
    "mac": _("MAC address"),
    "made_up": _("sample data"),
    "name": _("name"),
    "nas_identifier": _("NAS identifier"),
    "next_at": _("next"),
    "number": _("version"),
    "officer_id": _("officer"),
    "origin": _("from"),
    "outcome": _("outcome"),
    "problem": _("problem"),
    "provider": _("provider"),
    "provider_reference": _("provider reference"),
    "queue_name": _("queue"),
    "record_id": _("record"),
    "record_type": _("record type"),
    "redirect_uris": _("redirect URIs"),
    "reference": _("case"),
    "resident_id": _("resident"),
    "role": _("role"),
    "same": _("unchanged"),
    "scheme": _("scheme"),
    "scheduled_at": _("scheduled for"),
    "scopes": _("scopes"),
    "service_id": _("service"),
    "settled_on": _("settled on"),
    "short_name": _("name"),
    "since": _("since"),
    "site_id": _("site"),
    "status": _("state"),
    "subject": _("subject"),
    "task_name": _("task"),
    "tried_at": _("last tried"),
    "type": _("type"),
    "until": _("until"),
    "user_id": _("account"),
    "vendor": _("vendor"),
    "verdict": _("verdict"),
    "what": _("data viewed"),
    "destination": _("destination"),
    "state": _("state"),
    "tries": _("tries"),
    "error": _("last error"),
    "key": _("key"),
    "give_up_at": _("given up at"),
    "ended_at": _("ended at"),
    "source": _("source"),
    "received_at": _("received at"),
}


def field_column(model: type[Model], name: str) -> Callable[[Model], Any]:
    """Unsortable column of a field, with our label."""
    yes_or_no = isinstance(model._meta.get_field(name), BooleanField)

    @admin.display(description=COLUMN_LABELS[name], boolean=yes_or_no or None)
    def shown(row: Model) -> Any:
        return getattr(row, name) if yes_or_no else display_for_value(getattr(row, name), "-")

    shown.__name__ = name
    return shown


class NewestPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Paginator of the first MOST rows; no more are counted."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MAX_ROWS].count())

    @property
    def cut(self) -> bool:
        """True if there may be more rows."""
        return self.count == MAX_ROWS


class FixedOrderChangeList(ChangeList):
    """List with the fixed order for which there is an index."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return list(self.model_admin.ordering or ())


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Base class of operator tables. Shows only the named columns; without `whole` rows have no detail page.

    Attributes:
        words: singular and plural name of a row.
        whole: fields of the detail page.
        search_fields: only indexed lookups ("subject__exact").
    """

    labels: ClassVar[tuple[str | Promise, str | Promise]]
    detail_fields: ClassVar[tuple[str, ...]] = ()
    actions: Any = None
    ordering: ClassVar[Any] = ("-pk",)
    paginator = NewestPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    def __init__(self, model: type[Any], site: admin.AdminSite) -> None:
        super().__init__(model, site)
        self.list_display = self.columns(self.list_display)  # type: ignore[arg-type]
        self.of_row = self.columns(self.detail_fields)
        if not self.detail_fields:
            self.list_display_links = None
        # Set here, since verbose names in Meta need a migration and third-party models have their own.
        model._meta.verbose_name, model._meta.verbose_name_plural = self.labels

    def get_urls(self) -> list[URLPattern]:
        pages = ("_changelist", "_change") if self.detail_fields else ("_changelist",)
        return [each for each in super().get_urls() if str(each.name).endswith(pages)]

    def columns(self, names: Iterable[str]) -> list[Any]:
        """Resolve names: methods of the table by name, fields as columns with our labels."""
        return [name if hasattr(self, name) else field_column(self.model, name) for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.of_row

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(capfirst(str(self.labels[0])), {"fields": self.of_row})]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FixedOrderChangeList

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        named = {getattr(each, "parameter_name", each) for each in self.list_filter}
        return lookup.partition("__")[0] in named

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
