"""Registration of visits: references to persons, messages and replies, personal data, retention, the desk."""

from django.utils.translation import gettext_lazy as _

from kini.messages.public import reply_handlers
from kini.people.public import OnMerge, PersonReference, has_permission, register_reference
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.visits import follow_up_replies, notifications, personal_data, retention
from kini.vaccination.visits import jobs as jobs  # subscribers
from kini.vaccination.visits.models import Visit
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation
from kini.web.pwa import worker_scripts

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "vaccination:desk-sites": _(
        "Today's sites and who is expected. Screen each person, then record the dose with its batch. It also "
        "works without a network: the phone sends it later."
    ),
    "vaccination:desk-disputes": _(
        "Doses that a person says are wrong or missing. Compare with the site's own list before you correct."
    ),
    "vaccination:desk-events": _("What people felt after a dose. Look at the serious ones first, on the same day."),
}


def register() -> None:
    """Register everything; called once at start."""
    register_reference(PersonReference(Visit, on_merge=OnMerge.MOVE))
    notifications.register()
    reply_handlers.register("dose-follow-up", follow_up_replies.receive_answer)
    worker_scripts.register("vaccination-phone", "vaccination/phone-worker.js")
    personal_data.register()
    retention.register()
    register_help(DESK_HELP)
    for name, url_name, label, icon, order, permission in (
        (
            "desk-vaccination",
            "vaccination:desk-sites",
            _("Vaccination"),
            "heart",
            110,
            VaccinationPermission.GIVE_DOSES,
        ),
        (
            "desk-doses",
            "vaccination:desk-disputes",
            _("Disputed doses"),
            "search",
            111,
            VaccinationPermission.CORRECT_DOSES,
        ),
        (
            "desk-vaccination-events",
            "vaccination:desk-events",
            _("Events after vaccination"),
            "alert",
            112,
            VaccinationPermission.REVIEW_EVENTS,
        ),
    ):
        visible = has_permission(permission)
        navigation.register(name, NavItem(url_name, label, icon, order, "desk", _("Health"), visible=visible))
