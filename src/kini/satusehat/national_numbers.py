"""Numbers at SATUSEHAT of officers, sites and vaccines: entered by hand, or looked up there and kept for a month."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache

from kini.core import current_time
from kini.exchange.public import TemporaryFailure
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import NATIONAL_ID
from kini.satusehat.fhir import codes
from kini.satusehat.models import NationalNumber
from kini.satusehat.refused_records import Problem
from kini.satusehat.satusehat_client import Refused, Resource, SatusehatClient

KEPT = timedelta(days=30)
#: Seconds for which it is remembered that KFA has no product.
MISSED_SECONDS = 3600
#: Types of places (FHIR location-physical-type) by kind of a vaccination site.
PHYSICAL_TYPES = {
    "fixed": ("bu", "Building"),
    "mass": ("area", "Area"),
    "car": ("ve", "Vehicle"),
    "home": ("ho", "House"),
}
PHYSICAL_TYPE = "http://terminology.hl7.org/CodeSystem/location-physical-type"


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A place of the city as a Location is made of it. Coordinates in degrees, WGS 84."""

    key: str
    name: str
    kind: str = "fixed"
    latitude: float | None = None
    longitude: float | None = None


def practitioner_number(client: SatusehatClient, user_id: int | None) -> str:
    """Return the number of an officer, found by the NIK of the officer's profile, else the organization's own one.

    Raises:
        Refused: there is neither.
    """

    def look_up() -> tuple[str, str]:
        nik = _nik_of(user_id)
        practitioner = client.find("Practitioner", codes.NIK, nik) if nik else None
        return str(practitioner["id"]) if practitioner else client.practitioner, ""

    number = _known(client, "practitioner", str(user_id), look_up) if user_id else client.practitioner
    if not number:
        raise Refused([Problem(code="no-practitioner", path="Encounter.participant")])
    return number


def _nik_of(user_id: int | None) -> str:
    person = Resident.objects.filter(user=user_id).values_list("person_id", flat=True).first()
    if person is None:
        return ""
    [known] = people_queries.known_persons([person])
    return dict(known.identifiers).get(NATIONAL_ID, "")


def location_number(client: SatusehatClient, place: LocalPlace) -> str:
    """Return the number of a place: of the Location with its id, which is created where there is none."""

    def look_up() -> tuple[str, str]:
        system = client.system("location")
        location = client.find("Location", system, place.key)
        if location is None:
            location = client.create(
                location_resource(place, client.organization), unless=f"identifier={system}|{place.key}"
            )
        return str(location.get("id", "")), place.name[:160]

    number = _known(client, "location", place.key, look_up)
    if not number:
        raise Refused([Problem(code="unreadable", path="Location")])
    return number


def location_resource(place: LocalPlace, organization: str) -> Resource:
    """Build a Location of the organization."""
    code, display = PHYSICAL_TYPES[place.kind]
    resource: Resource = {
        "resourceType": "Location",
        "identifier": [{"system": codes.own_system("location", organization), "value": place.key}],
        "status": "active",
        "name": place.name,
        "mode": "instance",
        "physicalType": {"coding": [{"system": PHYSICAL_TYPE, "code": code, "display": display}]},
        "managingOrganization": {"reference": f"Organization/{organization}"},
    }
    if place.latitude is not None and place.longitude is not None:
        resource["position"] = {"longitude": place.longitude, "latitude": place.latitude, "altitude": 0}
    return resource


def product_number(client: SatusehatClient, vaccine: str, name: str, code: str = "") -> str:
    """Return the code of the KFA product of a vaccine: entered, else that of the pack if KFA has it, else by its name.

    KFA is asked once a month, and after an hour where it had none or did not answer: doses do not wait for it. A name
    that several products have is not enough.

    Args:
        code: of the pack; "": it has none.
    """

    missed = f"satusehat:no-product:{client.organization}:{vaccine}"

    def look_up() -> tuple[str, str]:
        if cache.get(missed):
            return "", ""
        try:
            number, kfa_name = _product_of(client, name, code)
        except TemporaryFailure:
            number, kfa_name = "", ""
        if not number:
            cache.set(missed, 1, MISSED_SECONDS)
        return number, kfa_name

    return _known(client, "product", vaccine, look_up) or code


def _product_of(client: SatusehatClient, name: str, code: str) -> tuple[str, str]:
    """Return code and name of the product of KFA with this code, else of the only one with this name; empty: none."""
    if code:
        known = client.kfa_product(code)
        return (code, str(known.get("name", ""))[:160]) if known else ("", "")
    products = client.kfa_products(name)
    same = [each for each in products if str(each.get("name", "")).casefold() == name.casefold()] or products
    [only] = same if len(same) == 1 else [{}]
    return str(only.get("kfa_code", ""))[:80], str(only.get("name", ""))[:160]


def organization_name(client: SatusehatClient) -> str:
    """Return the name of the client's organization at SATUSEHAT, asked once a month; "" if it does not know it."""

    def look_up() -> tuple[str, str]:
        try:
            name = str(client.read(f"Organization/{client.organization}").get("name", ""))[:160]
        except Refused:
            return "", ""
        return client.organization, name

    _known(client, "organization", client.organization, look_up)
    row = NationalNumber.objects.filter(organization=client.organization, kind="organization").first()
    return row.name if row else ""


def _known(client: SatusehatClient, kind: str, key: str, look_up: Callable[[], tuple[str, str]]) -> str:
    """Return a stored number, or look it up and store it; "" is not stored."""
    now = current_time.now()
    stored = NationalNumber.objects.filter(organization=client.organization, kind=kind, key=key).first()
    if stored and (stored.entered_by_hand or stored.checked_at > now - KEPT):
        return stored.number
    number, name = look_up()
    if number:
        NationalNumber.objects.update_or_create(
            organization=client.organization,
            kind=kind,
            key=key,
            defaults={"number": number, "name": name, "checked_at": now, "entered_by_hand": False},
        )
    return number
