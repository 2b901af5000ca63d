"""Codes of vaccines: those of the pack's file first, else the KFA product found by name or entered; and back again."""

from kini.records.public import CVX
from kini.satusehat.fhir.codes import KFA
from kini.satusehat.fhir.vaccination import VaccineCodes
from kini.satusehat.national_numbers import product_number
from kini.satusehat.refused_records import Problem
from kini.satusehat.satusehat_client import Refused, SatusehatClient
from kini.vaccination.public import campaign_files


def codes_of(client: SatusehatClient, vaccine: str) -> VaccineCodes:
    """Return the codes of a vaccine.

    Raises:
        Refused: it has none.
    """
    known = campaign_files.vaccines().get(vaccine)
    codes = known.codes if known else None
    kfa = (codes.kfa if codes else "") or product_number(client, vaccine, str(known.name) if known else vaccine)
    if not kfa and not (codes and codes.cvx):
        raise Refused([Problem(code="no-vaccine-code", path="Immunization.vaccineCode")])
    return VaccineCodes(kfa, codes.kfa_group if codes else "", codes.cvx if codes else "")


def vaccine_with(codes: frozenset[tuple[str, str]]) -> str:
    """Return the vaccine of the pack with one of these codes (system, code), by the KFA's first; "" for none."""
    by_code = {}
    for key, vaccine in campaign_files.vaccines().items():
        by_code.update({(KFA, vaccine.codes.kfa): key, (CVX, vaccine.codes.cvx.lstrip("0")): key})
    named = sorted(codes, key=lambda each: each[0] != KFA)
    keys = ((system, code.lstrip("0") if system == CVX else code) for system, code in named)
    return next((by_code[each] for each in keys if each[1] and each in by_code), "")


def campaign_and_series_of(vaccine: str) -> tuple[str, str]:
    """Return the campaign in which a vaccine is given, and its series there; empty where there is none."""
    for name, campaign in campaign_files.campaigns().items():
        if series := campaign.series_of(vaccine):
            return name, series
    return "", ""
