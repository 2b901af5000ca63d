"""Codes of vaccines: those of the pack's file first, else the KFA product that an operator entered; and back again."""

from kini.satusehat.client import Refused, SatusehatClient
from kini.satusehat.fhir.vaccination import VaccineCodes
from kini.satusehat.national_numbers import product_number
from kini.satusehat.outcomes import Problem
from kini.vaccination.public import campaign_files


def codes_of(client: SatusehatClient, vaccine: str) -> VaccineCodes:
    """Return the codes of a vaccine.

    Raises:
        Refused: it has none.
    """
    known = campaign_files.vaccines().get(vaccine)
    codes = known.codes if known else None
    kfa = (codes.kfa if codes else "") or product_number(client, vaccine)
    if not kfa and not (codes and codes.cvx):
        raise Refused([Problem(code="no-vaccine-code", path="Immunization.vaccineCode")])
    return VaccineCodes(kfa, codes.kfa_group if codes else "", codes.cvx if codes else "")
