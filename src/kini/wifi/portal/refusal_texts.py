"""Texts for visitors who are not admitted."""

from django.utils.translation import gettext as _

from kini.web.formats import time_of_day
from kini.wifi.inventory import queries
from kini.wifi.inventory.models import Site


def refusal_text(reason: str, site: Site | None) -> tuple[str, str]:
    """Return a heading and advice for a reason of `wifi_decide`."""
    match reason:
        case "closed":
            return _("The Wi-Fi is closed here at the moment"), _opens(site)
        case "used-up":
            return _("You have used up today's allowance"), _("It is renewed at midnight.")
        case "too-many":
            return (
                _("Too many of your devices are connected"),
                _("Turn the Wi-Fi off on one of them, wait two minutes, and try again."),
            )
        case "blocked":
            return _("This device may not use the Wi-Fi"), _("Ask the city's help line if you do not know why.")
        case "voucher-used":
            return (
                _("This code is used up"),
                _("It has been used on its maximum number of devices. Ask for another one where you got it."),
            )
        case "unknown-access-point":
            return (
                _("The Wi-Fi does not work here yet"),
                _("The city does not know this access point, or it is switched off. Try another place nearby."),
            )
        case _:
            return _("That did not work"), _("Please sign in again.")


def _opens(site: Site | None) -> str:
    opens = queries.next_opening(site) if site else None
    if opens is None:
        return _("Please come back when this place is open.")
    day, at = opens
    return _("It opens again on {day} at {time}.").format(day=day, time=time_of_day(at))
