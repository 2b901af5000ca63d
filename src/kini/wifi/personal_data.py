"""Personal data of the room: devices, and sessions as long as they lead to a person."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.people.data_registry import Basis, Person, PersonalData, Record, personal_data
from kini.wifi import actions, owning
from kini.wifi.models import Device


def _devices(person: Person) -> Iterator[Record]:
    for each in owning.devices(person.user):
        yield {"name": each.name, "since": each.since, "until": each.until}


def _erase_devices(by: Actor, person: Person) -> int:
    """Delete the device rows at once, and with them the links from sessions to the person."""
    actions.sign_out(by=by, owner=person.user)
    count, _rows = Device.objects.filter(owner=person.user, blocked_at=None).delete()
    return count


def _sessions(person: Person) -> Iterator[Record]:
    for each in owning.sessions(person.user):
        own = {"device": each.device, "site": each.site, "started_at": each.started_at}
        yield own | {"seconds": each.seconds, "octets": each.octets}


def register() -> None:
    """Register the room's personal data at start-up."""
    since = _("Since")
    for each in (
        PersonalData(
            "wifi.devices",
            _("Wi-Fi devices"),
            _("Devices that connect to the city's Wi-Fi without signing in, under a keyed hash of their address"),
            _("So that you need not sign in again"),
            Basis.CONSENT,
            _("You"),
            {"name": _("Name"), "since": since, "until": _("Until")},
            _devices,
            rules=("wifi.devices", "wifi.passes"),
            erase=_erase_devices,
            optional="wifi",
        ),
        PersonalData(
            "wifi.sessions",
            _("Wi-Fi sessions"),
            _("When and where your devices used the city's Wi-Fi, how long and how much"),
            _("To enforce limits and to investigate misuse"),
            Basis.INTEREST,
            _("You"),
            {
                "device": _("Device"),
                "site": _("Place"),
                "started_at": _("Begins"),
                "seconds": _("Seconds"),
                "octets": _("Bytes"),
            },
            _sessions,
            rules=("wifi.sessions", "wifi.pseudonym-keys"),
            stays=_("Wi-Fi sessions remain, without any link to you or your devices."),
        ),
    ):
        personal_data.register(each.name, each)
