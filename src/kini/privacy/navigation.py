"""Navigation entries of the privacy room."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.privacy import queries
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register the entries; called once, from `AppConfig.ready`."""
    notice = NavItem("privacy:notice", _("Your data and privacy"), "shield", order=70, place="help")
    navigation.register("privacy-notice", notice)
    note = _("A copy, corrections, deletion, objections")
    mine = NavItem("privacy:mine", _("My data"), "shield", 65, "account", note=note, visible=_offered)
    navigation.register("privacy-account", mine)


def _offered(_request: HttpRequest) -> bool:
    return queries.is_offered()
