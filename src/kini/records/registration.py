"""Registration in other rooms: permissions, chain, retention, personal data, messages, navigation."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.core.chain import Chain, chains
from kini.people.public import access_types, has_permission, register_permissions
from kini.people.queries import actor_for
from kini.records import notifications, personal_data, queries, retention
from kini.records.actions.break_glass import ACCESS_TYPE
from kini.records.permissions import RecordPermission
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

_CONSENT_COLUMNS = (
    *("id", "resident_id", "purpose", "reference", "since", "last_day", "given_by", "account_id", "officer_id"),
    *("evidence", "language", "words"),
)

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "records:desk-emergency": _(
        "For somebody in danger whose record is not yours to see. Give the number, choose the reason, and "
        "write what happened. It opens for an hour, to read; the person and the heads are notified."
    ),
    "records:desk-reviews": _(
        "Emergency accesses that nobody has judged yet. Read what the officer wrote and say whether it was "
        "right. You are reminded every day after three days."
    ),
    "records:desk-members": _(
        "Who belongs to a facility, or to the team of one record. Membership opens those records until its "
        "last day. Nobody adds themselves."
    ),
}


def register() -> None:
    """Register everything once; called from `RecordsConfig.ready`."""
    register_permissions(RecordPermission)
    access_types.register(ACCESS_TYPE, _("Data about you was opened in an emergency"))
    chains.register("consents", Chain("records_consentstatement", _CONSENT_COLUMNS, at="since", keep_days=5 * 365))
    retention.register()
    personal_data.register()
    notifications.register()
    opens, reviews = (
        has_permission(RecordPermission.BREAK_GLASS),
        has_permission(RecordPermission.REVIEW_BREAK_GLASS),
    )
    emergency = NavItem("records:desk-emergency", _("Emergency access"), "alert", 35, "desk", visible=opens)
    register_help(DESK_HELP)
    navigation.register("desk-emergency", emergency)
    review = NavItem(
        *("records:desk-reviews", _("Emergency access to judge"), "eye", 47, "desk", _("Agency")),
        count=_waiting,
        visible=reviews,
    )
    navigation.register("desk-emergency-reviews", review)
    manages = has_permission(RecordPermission.MANAGE_MEMBERS)
    members = NavItem("records:desk-members", _("Members"), "people", 49, "desk", _("Agency"), visible=manages)
    navigation.register("desk-members", members)
    note = _("What you agreed to, and withdrawing it")
    navigation.register(
        "consents-account", NavItem("records:consents", _("Consents"), "check", 45, "account", note=note)
    )


def _waiting(request: HttpRequest) -> int | None:
    """Number of accesses to judge, for the badge; counted only on its own pages, to save queries on all others.

    Those who judge get a message for each access, and a reminder every day.
    """
    if not request.path.startswith("/desk/emergency/"):
        return None
    return queries.unreviewed(actor_for(request)).count() or None
