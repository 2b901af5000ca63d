"""Registration in other rooms: kind, services, retention, message type, case panels, navigation."""

from datetime import timedelta
from pathlib import Path

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kini.cases.public import CasePanel, CaseView, case_panels
from kini.core.file_references import FileColumn, references
from kini.core.retention import RetentionRule, row_removal, rules
from kini.documents.public import template_folders
from kini.messages.public import MessageType, message_types
from kini.people.public import PeoplePermission, has_permission
from kini.privacy import queries
from kini.privacy.actions.breaches import BREACH_MESSAGE
from kini.privacy.models import Export
from kini.privacy.request_kind import PrivacyRequest
from kini.services.public import builtin_services, kinds
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

HERE = Path(__file__).parent

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "privacy:desk-holds": _(
        "Data that must not be deleted although its time is over, such as during a lawsuit. Release a hold "
        "once its reason is gone."
    ),
    "privacy:desk-breaches": _(
        "Record a data breach as soon as you hear of it, even before all is known. The authority and the "
        "people must be notified within 3 x 24 hours."
    ),
}


def register() -> None:
    """Register everything once; called from `PrivacyConfig.ready`."""
    kinds.register(PrivacyRequest.id, PrivacyRequest())
    builtin_services.builtin_service_sets.register(
        "privacy", builtin_services.BuiltinServices(HERE / "services", "privacy", queries.service_holder)
    )
    template_folders.register("privacy", HERE / "paper")
    references.register("privacy.export", FileColumn("privacy.Export"))
    rules.register(EXPORTS.name, EXPORTS)
    message_types.register(BREACH.id, BREACH)
    case_panels.register("privacy-tracker", CasePanel("tracker", _export_panel))
    case_panels.register("privacy-desk", CasePanel("desk", _restriction_panel))
    may, group = has_permission(PeoplePermission.PROTECT_DATA), _("Data protection")
    holds = NavItem("privacy:desk-holds", _("Legal holds"), "lock", 60, "desk", group, visible=may)
    breaches = NavItem("privacy:desk-breaches", _("Data breaches"), "alert", 61, "desk", group, visible=may)
    register_help(DESK_HELP)
    navigation.register("desk-holds", holds)
    navigation.register("desk-breaches", breaches)
    notice = NavItem("privacy:notice", _("Your data and privacy"), "shield", order=70, place="help")
    navigation.register("privacy-notice", notice)
    note = _("A copy, corrections, deletion, objections")
    mine = NavItem("privacy:mine", _("My data"), "shield", 65, "account", note=note, visible=_is_offered)
    navigation.register("privacy-account", mine)


EXPORTS = RetentionRule(
    "privacy.exports",
    _("Copies of personal data that somebody asked for, two weeks after they were made"),
    _("Kept until they are downloaded, and no longer than that"),
    timedelta(),
    row_removal(lambda before: Export.objects.filter(expires_at__lt=before)),
)
BREACH = MessageType(
    BREACH_MESSAGE,
    _("When somebody's personal data came into the wrong hands, was lost or changed"),
    {
        "data": _("Name and phone number"),
        "when": _("yesterday at 10:00"),
        "cause": _("A list was sent to a wrong address."),
        "measures": _("The list was deleted. Be careful with calls that ask for codes."),
        "contact": "data@city.example",
    },
    _("Your personal data: something went wrong"),
    _("Data concerned: {data}. When: {when}. How: {cause} What was done: {measures} Questions: {contact}"),
)


def _is_offered(_request: HttpRequest) -> bool:
    return queries.is_offered()


def _export_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Link to download the export, until it expires."""
    if view.case.kind != queries.KIND:
        return None
    export = queries.export_of(view.case)
    if export is None or export.user_id != request.user.pk:
        return None
    return render_to_string("privacy/panels/export.html", {"made": export}, request)


def _restriction_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Show the restriction of the person's data; on a request about data, its legal basis."""
    restriction = queries.restriction_of(view.case)
    own = view.case.kind == queries.KIND
    if restriction is None and not own:
        return None
    context = {"restriction": restriction, "own": own, "law": view.snapshot.definition.law, "case": view.case}
    return render_to_string("privacy/panels/desk.html", context, request)
