"""Content of the certificate of a dose: a DCC, schema 1.3.0."""

import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core.actors import ActionRefused
from kini.people import queries as people_queries
from kini.people.public import PersonDetails, details_of
from kini.vaccination.campaigns.campaign_files import vaccines
from kini.vaccination.campaigns.schema import VaccineCodes
from kini.vaccination.doses.models import Dose

SCHEMA = "1.3.0"
#: COVID-19 in SNOMED CT, the one disease of these certificates.
COVID_19 = "840539006"
#: Products of one dose. A later dose than the series has counts itself, "3 of 3", as the EU encodes boosters.
GIVEN_ONCE = frozenset({"EU/1/20/1525"})
LONGEST_TEXT = 80
#: Letters that the ICAO writes otherwise than by leaving out their marks (Doc 9303, part 3, section 6).
_ICAO = str.maketrans(
    {"Æ": "AE", "Ä": "AE", "Å": "AA", "Ð": "D", "Đ": "D", "Ø": "OE", "Ö": "OE", "Œ": "OE", "Þ": "TH", "Ü": "UE"}
    | {"ß": "SS", "ẞ": "SS", "Ł": "L", "Ħ": "H", "Ŋ": "N", "I": "I", "İ": "I", "ı": "I", "Ĳ": "IJ"}
)
_BIRTH = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def certificate_codes(dose: Dose) -> VaccineCodes | None:
    """Codes of the dose's vaccine in certificates; None: there are no certificates of this vaccine."""
    vaccine = vaccines().get(dose.vaccine)
    return vaccine.codes if vaccine and vaccine.codes.hc1_product else None


def content_of(dose: Dose, identifier: str) -> dict[str, Any]:
    """Content of the certificate of a dose.

    Raises:
        ActionRefused: if there is none for its vaccine, or name or birth date are missing.
    """
    codes = certificate_codes(dose)
    if codes is None:
        raise ActionRefused(_("There are no certificates of this vaccine."))
    person = details_of(people_queries.root_of(dose.person))
    if not person.name or person.birth_date is None:
        raise ActionRefused(_("A certificate needs your name and date of birth. Add them to your profile first."))
    return {
        "ver": SCHEMA,
        "nam": names(person.name),
        "dob": birth_text(person),
        "v": [
            {
                "tg": COVID_19,
                "vp": codes.hc1_prophylaxis,
                "mp": codes.hc1_product,
                "ma": codes.hc1_maker,
                "dn": dose.number,
                "sd": max(dose.number, 1 if codes.hc1_product in GIVEN_ONCE else 2),
                "dt": dose.given_on.isoformat(),
                "co": pack.current().country,
                "is": str(dose.agency.title)[:LONGEST_TEXT],
                "ci": identifier,
            }
        ],
    }


def names(name: str) -> dict[str, str]:
    """Name in the parts of a certificate. A single name is the surname (ICAO Doc 9303)."""
    given, _space, surname = " ".join(name.split()).rpartition(" ")
    parts = {"fn": surname[:LONGEST_TEXT], "fnt": icao(surname)}
    return parts | ({"gn": given[:LONGEST_TEXT], "gnt": icao(given)} if given else {})


def icao(name: str) -> str:
    """Name in capital letters A to Z, with "<" between its parts (ICAO Doc 9303, part 3)."""
    letters = unicodedata.normalize("NFD", name.upper().translate(_ICAO))
    kept = "".join("<" if each in " -" else each for each in letters if each in " -" or "A" <= each <= "Z")
    return "<".join(part for part in kept.split("<") if part)[:LONGEST_TEXT]


def birth_text(person: PersonDetails) -> str:
    """Birth date as precise as it is known."""
    assert person.birth_date is not None
    return person.birth_date.strftime(_BIRTH[person.birth_precision or "day"])
