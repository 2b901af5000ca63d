"""Personal data of the room: devices, and sessions as long as they lead to a person."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.wifi import actions
from kini.wifi.devices import queries
from kini.wifi.models import Device


def _devices(person: DataSubject) -> Iterator[DataRecord]:
    for each in queries.devices_of(person.user):
        yield {"name": each.name, "since": each.since, "until": each.until}


def _erase_devices(by: Actor, person: DataSubject) -> int:
    """Delete the device rows at once, and with them the links from sessions to the person."""
    actions.sign_out(by=by, owner=person.user)
    count, _rows = Device.objects.filter(owner=person.user, blocked_at=None).delete()
    return count


def _sessions(person: DataSubject) -> Iterator[DataRecord]:
    for each in queries.sessions_of(person.user):
        record = {"device": each.device, "site": each.site, "started_at": each.started_at}
        yield record | {"seconds": each.seconds, "octets": each.octets}


def register() -> None:
    """Register the room's personal data at start-up."""
    since = _("Since")
    for each in (
        PersonalDataCategory(
            "wifi.devices",
            _("Wi-Fi devices"),
            _("Devices that connect to the city's Wi-Fi without signing in, under a keyed hash of their address"),
            _("So that you need not sign in again"),
            LegalBasis.CONSENT,
            _("You"),
            {"name": _("Name"), "since": since, "until": _("Until")},
            _devices,
            rules=("wifi.devices", "wifi.passes"),
            erase=_erase_devices,
            optional="wifi",
        ),
        PersonalDataCategory(
            "wifi.sessions",
            _("Wi-Fi sessions"),
            _("When and where your devices used the city's Wi-Fi, how long and how much"),
            _("To enforce limits and to investigate misuse"),
            LegalBasis.INTEREST,
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
        personal_data_categories.register(each.name, each)
