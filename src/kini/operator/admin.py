"""Admin tables of core, people and city, of jobs and OAuth clients. Other rooms register their own."""

import json
import re
from collections.abc import Callable
from typing import Any

from allauth.idp.oidc.models import Client
from django.apps import apps
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

from kini.city.models import Agency, Area
from kini.core.actors import ActionRefused
from kini.core.models import AuditEntry, LimitCounter
from kini.exchange.models import InboxEntry, OutboxEntry
from kini.operator import actions
from kini.operator.read_only_admin import ReadOnlyAdmin
from kini.operator.site import site
from kini.people import queries
from kini.people.models import AccessLog, Operator, User
from kini.people.public import contacts
from kini.records.models import Membership

MASK = "•••"
#: Names in the code, ids of the pack, case references, timestamps. Eight digits in a row may be a personal number.
PLAIN = re.compile(
    r"(?!.*\d{8})([a-z0-9][a-z0-9_:/-]*(\.\w+)*|[A-Z]{2,}(-[A-Z0-9]+)+|\d{4}-\d\d-\d\d[T ]?[0-9:.+Z]*|)", re.ASCII
)


def mask_texts(value: Any) -> Any:
    """Mask every text in a JSON value that a person may have written."""
    match value:
        case dict():
            return {key: mask_texts(each) for key, each in value.items()}
        case list():
            return [mask_texts(each) for each in value]
        case str():
            return value if PLAIN.fullmatch(value) else MASK
        case int() if not isinstance(value, bool) and abs(value) >= 10**10:
            return MASK
    return value


def masked_json(value: Any) -> str:
    """Render a stored value as text, with personal texts masked."""
    return json.dumps(mask_texts(value), ensure_ascii=False)


#: Labels of job states.
STATES = {
    "todo": _("waiting"),
    "doing": _("running"),
    "succeeded": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "aborted": _("stopped"),
}


class JobStatusFilter(admin.SimpleListFilter):
    """Filter of jobs by state."""

    title = _("state")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class JobAdmin(ReadOnlyAdmin):
    labels = _("job"), _("jobs")
    list_display = ("id", "task_name", "queue_name", "status", "attempts", "scheduled_at")
    list_filter = (JobStatusFilter,)
    search_fields = ("id__exact",)
    search_help_text = _("Number of a job")
    detail_fields = (*list_display, "arguments", "history")
    actions = ("retry",)

    @admin.display(description=_("state"))
    def status(self, job: ProcrastinateJob) -> str:
        return str(STATES.get(job.status, job.status))

    @admin.display(description=_("arguments"))
    def arguments(self, job: ProcrastinateJob) -> str:
        return masked_json(job.args)

    @admin.display(description=_("history"))
    def history(self, job: ProcrastinateJob) -> str:
        events = ProcrastinateEvent.objects.filter(job_id=job.pk).order_by("id")
        return "\n".join(f"{event.at:%Y-%m-%d %H:%M:%S} {event.type}" for event in events)

    @admin.action(description=_("Retry failed jobs"), permissions=["view"])
    def retry(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        by = queries.actor_for(request)
        done = _for_each(request, queryset, lambda job: actions.retry_job(by=by, job=job))
        if done:
            text = ngettext("{count} job runs again.", "{count} jobs run again.", done)
            messages.success(request, text.format(count=done))


def _for_each(request: HttpRequest, queryset: QuerySet[Any], act: Callable[[int], None]) -> int:
    """Call an action for each chosen row, show what was refused, and return how many were done."""
    done = 0
    for key in queryset.values_list("pk", flat=True):
        try:
            act(key)
            done += 1
        except ActionRefused as refusal:
            messages.warning(request, f"{key}: {refusal}")
    return done


class OutboxEntryAdmin(ReadOnlyAdmin):
    """Messages to other systems, without their content."""

    labels = _("message to another system"), _("messages to other systems")
    list_display = ("id", "destination", "subject", "state", "tries", "next_at", "error")
    list_filter = ("state", "destination")
    search_fields = ("subject__exact",)
    search_help_text = _("Subject (“case:REFERENCE”)")
    detail_fields = (*list_display, "key", "created_at", "give_up_at", "ended_at")
    actions = ("replay", "discard")

    @admin.action(description=_("Send dead letters again"), permissions=["view"])
    def replay(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> None:
        by = queries.actor_for(request)
        done = _for_each(request, queryset, lambda entry: actions.replay_message(by=by, entry=entry))
        if done:
            text = ngettext("{count} message is sent again.", "{count} messages are sent again.", done)
            messages.success(request, text.format(count=done))

    @admin.action(description=_("Discard dead letters"), permissions=["view"])
    def discard(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> None:
        by = queries.actor_for(request)
        done = _for_each(request, queryset, lambda entry: actions.discard_message(by=by, entry=entry))
        if done:
            text = ngettext("{count} message was discarded.", "{count} messages were discarded.", done)
            messages.success(request, text.format(count=done))


class InboxEntryAdmin(ReadOnlyAdmin):
    labels = _("message from another system"), _("messages from other systems")
    list_display = ("id", "source", "key", "received_at")
    list_filter = ("source",)


class WorkerAdmin(ReadOnlyAdmin):
    labels = _("worker"), _("workers")
    list_display = ("id", "last_heartbeat")


class AuditEntryAdmin(ReadOnlyAdmin):
    labels = _("audit entry"), _("audit trail")
    list_display = ("at", "action", "subject", "actor_kind", "actor_id", "actor_name")
    search_fields = ("subject__exact", "actor_id__exact")
    search_help_text = _("Subject (“case:REFERENCE”, “user:12”) or number of the account that acted")
    detail_fields = (*list_display, "details")

    @admin.display(description=_("details"))
    def details(self, entry: AuditEntry) -> str:
        return masked_json(entry.detail)


class LimitCounterAdmin(ReadOnlyAdmin):
    labels = _("rate limit counter"), _("rate limit counters")
    list_display = ("limit", "count", "until")
    ordering = ("-until",)

    @admin.display(description=_("limit"))
    def limit(self, counter: LimitCounter) -> str:
        """Name of the limit and the first characters of its hash."""
        return counter.key[:-32]


class AccessLogAdmin(ReadOnlyAdmin):
    """Shows ids instead of names, and no reason: officers write it for the resident only."""

    labels = _("identity lookup"), _("identity lookups")
    list_display = ("at", "what", "reference", "officer_id", "resident_id")
    search_fields = ("resident__id__exact",)
    search_help_text = _("Number of a resident")


class UserAdmin(ReadOnlyAdmin):
    labels = _("account"), _("accounts")
    list_display = ("id", "contact", "language", "is_active", "created_at", "last_login")
    search_fields = ("id__exact",)
    search_help_text = _("Number of an account")

    @admin.display(description=_("contact"))
    def contact(self, user: User) -> str:
        return contacts.contact_of(user).masked


class OperatorAdmin(ReadOnlyAdmin):
    labels = _("operator"), _("operators")
    list_display = ("user_id", "contact", "added_at")
    list_select_related = ("user",)

    @admin.display(description=_("contact"))
    def contact(self, operator: Operator) -> str:
        return contacts.contact_of(operator.user).masked


class MembershipAdmin(ReadOnlyAdmin):
    """Officers at facilities and on teams of records, ended ones too."""

    labels = _("membership"), _("memberships")
    list_display = ("id", "officer_id", "facility_id", "record_type", "record_id", "role", "since", "until")
    search_fields = ("officer__id__exact",)
    search_help_text = _("Number of an officer")


class OAuthClientAdmin(ReadOnlyAdmin):
    labels = _("program"), _("programs")
    list_display = ("id", "name", "type", "scopes", "created_at")
    ordering = ("-created_at",)
    detail_fields = (*list_display, "redirect_uris", "grant_types", "per_minute")

    @admin.display(description=_("requests per person per minute"))
    def per_minute(self, client: Client) -> str:
        return str((client.data or {}).get("per_minute", gettext("default")))


class AgencyAdmin(ReadOnlyAdmin):
    labels = _("agency"), _("agencies")
    list_display = ("id", "short_name", "active")
    ordering = ("id",)


class AreaAdmin(ReadOnlyAdmin):
    labels = _("area"), _("areas")
    list_display = ("code", "level", "name", "active")
    ordering = ("code",)
    search_fields = ("code__exact",)
    search_help_text = _("Code of an area")


def register() -> None:
    """Register these tables with the operator's site."""
    tables: dict[type, type[ReadOnlyAdmin]] = {
        ProcrastinateJob: JobAdmin,
        ProcrastinateWorker: WorkerAdmin,
        AuditEntry: AuditEntryAdmin,
        LimitCounter: LimitCounterAdmin,
        OutboxEntry: OutboxEntryAdmin,
        InboxEntry: InboxEntryAdmin,
        AccessLog: AccessLogAdmin,
        User: UserAdmin,
        Operator: OperatorAdmin,
        Membership: MembershipAdmin,
        Client: OAuthClientAdmin,
        Agency: AgencyAdmin,
        Area: AreaAdmin,
    }
    for model, table in tables.items():
        site.register(model, table)
    apps.get_app_config("procrastinate").verbose_name = _("Background work")
    apps.get_app_config("allauth_idp_oidc").verbose_name = _("Other programs")


#: msgids of Django's admin that its Indonesian catalogue leaves in English; ours take precedence.
DJANGO_MSGIDS = (_("Breadcrumbs"), _("Sidebar"), _("- Select an option -"))
