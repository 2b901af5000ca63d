"""Registration of the room with the registries of the house."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kini.city.public import pack_checks
from kini.core.config_files import ConfigErrors
from kini.messages.public import reply_handlers
from kini.people.public import has_permission, register_permissions
from kini.services.models import Service
from kini.services.public import services_on_other_pages, start_panels
from kini.together import jobs as jobs  # jobs register themselves
from kini.together import made_up_help, message_replies, notifications, personal_data, retention
from kini.together.fraud_holds import jobs as hold_jobs  # noqa: F401 -- jobs register themselves
from kini.together.fraud_holds import notifications as hold_notifications
from kini.together.fraud_holds import personal_data as hold_data
from kini.together.money import registration as money
from kini.together.permissions import HelpPermission
from kini.together.programmes import check_programmes, giving
from kini.together.visits import jobs as visit_jobs  # noqa: F401 -- jobs register themselves
from kini.together.volunteers import registration as volunteers
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "together:desk": _(
        "Needs that wait for your verification, open needs, and pledges under way. Verify a need only when you are "
        "neither its contact nor on the giver's side. Pools of money, visits, photos and gifts held for a check are "
        "behind the buttons."
    )
}


def register() -> None:
    """Register everything that other rooms look up."""
    register_permissions(HelpPermission)
    pack_checks.register("programmes of help", check_programmes)
    services_on_other_pages.register("together", _services)
    start_panels.register("together", _service_panel)
    notifications.register()
    # Before the handlers that answer every message.
    reply_handlers.register("together-receipt", message_replies.receive_receipt)
    personal_data.register()
    made_up_help.register()
    retention.register()
    money.register()
    hold_notifications.register()
    hold_data.register()
    volunteers.register()
    navigation.register("together", NavItem("together:needs", _("Help each other"), "hand-heart", 46, "help"))
    entry = NavItem(
        *("together:desk", _("Mutual help"), "hand-heart", 120, "desk"),
        visible=has_permission(HelpPermission.VERIFY_NEEDS),
    )
    navigation.register("desk-together", entry)
    register_help(DESK_HELP)


def _services(root: Path) -> Iterator[str]:
    """Id of the service whose start page leads here."""
    try:
        known = giving(root)
    except ConfigErrors:
        return  # reported by the check of programmes
    if known:
        yield known.service


def _service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Buttons on the start page of the service."""
    known = giving()
    if known is None or known.service != service.pk:
        return None
    return render_to_string("together/service_panel.html", {}, request)
