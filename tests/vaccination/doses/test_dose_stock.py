"""Stock behind doses: an error gives vaccine back, a corrected lot moves it."""

import re

import pytest

from kini.ledger.public import balance, verification
from kini.vaccination.doses import actions, dose_stock
from kini.vaccination.doses.actions import DoseCorrection
from kini.vaccination.models import Dose, Lot
from kini.vaccination.sites import stock
from kini.vaccination.sites import verification as stock_verification
from kini.vaccination.sites.models import Vial
from tests.pagechecks import CheckedClient
from tests.vaccination.doses.dose_town import BY, WHY, Station

pytestmark = pytest.mark.django_db
DOSE = 500


def given(station: Station) -> Dose:
    dose = station.dose()
    assert dose.site
    assert dose.lot
    stock.give(by=BY, site=dose.site, lot=dose.lot, volume_ul=DOSE, key=dose.uuid, happened=True)
    return dose


def corrected(station: Station, dose: Dose, lot: Lot, volume: int = DOSE) -> Dose:
    correction = DoseCorrection("sinovac", 1, volume, lot=lot, given_at=dose.given_at)
    return actions.correct(by=station.acting("vaccinator"), dose=dose, correction=correction, reason=WHY)


def given_of(lot: Lot) -> int:
    return balance("vaccine:given:site-gambir", f"vaccine:{lot.vaccine}/{lot.number}")


def in_vials(lot: Lot) -> list[int]:
    vials = Vial.objects.filter(lot=lot).order_by("pk")
    unit = f"vaccine:{lot.vaccine}/{lot.number}"
    return [balance(f"stock:vaccine:{vial.site_id}:vial:{vial.pk}", unit) for vial in vials]


def sound() -> None:
    assert list(verification.differences()) == []
    assert list(stock_verification.differences()) == []


def test_a_dose_that_nobody_got_returns_to_its_vial(station: Station) -> None:
    dose, lot = given(station), station.lots["sinovac"]
    assert (given_of(lot), in_vials(lot)) == (DOSE, [4500])
    actions.mark_entered_in_error(by=station.acting("vaccinator"), dose=dose, reason="Tidak jadi disuntik")
    assert (given_of(lot), in_vials(lot)) == (0, [5000])
    dose.refresh_from_db()
    assert dose_stock.outcome(dose) == "returned"
    sound()


def test_of_a_vial_that_was_thrown_away_it_is_waste(station: Station) -> None:
    dose, lot = given(station), station.lots["sinovac"]
    stock.discard_vial(by=BY, vial=Vial.objects.select_related("site", "lot").get(), reason="left-over")
    actions.mark_entered_in_error(by=station.acting("vaccinator"), dose=dose, reason="Tidak jadi disuntik")
    assert given_of(lot) == 0
    assert balance("vaccine:wasted:left-over:site-gambir", f"vaccine:sinovac/{lot.number}") == 5000
    dose.refresh_from_db()
    assert dose_stock.outcome(dose) == "wasted"
    sound()


def test_a_corrected_lot_and_volume_move_the_vaccine_there_and_back(station: Station) -> None:
    dose, lot = given(station), station.lots["sinovac"]
    other = Lot.objects.create(vaccine="sinovac", number="SINOVAC-2", expires_on=lot.expires_on, vial_ul=5000)
    dose = corrected(station, dose, other)
    assert (given_of(lot), given_of(other)) == (0, DOSE)
    assert (in_vials(lot), in_vials(other)) == ([5000], [4500])
    dose = corrected(station, dose, lot, 250)
    assert (given_of(lot), given_of(other), in_vials(lot)) == (250, 0, [4750])
    actions.mark_entered_in_error(by=station.acting("vaccinator"), dose=dose, reason="Tidak jadi disuntik")
    assert (given_of(lot), given_of(other)) == (0, 0)
    sound()


def test_a_dose_without_a_movement_changes_no_stock(station: Station) -> None:
    dose = station.dose()
    actions.mark_entered_in_error(by=station.acting("vaccinator"), dose=dose, reason="Tercatat dua kali")
    dose.refresh_from_db()
    assert (dose.state, dose_stock.outcome(dose)) == ("entered-in-error", "")


def test_the_manager_reads_what_became_of_the_vaccine(station: Station, client: CheckedClient) -> None:
    dose = given(station)
    client.force_login(station.officers["manager"].user)
    page = f"/desk/doses/{dose.reference}/"
    response = client.post(page, {"deed": "error", "reason": "Tidak jadi disuntik", "version": dose.version})
    assert response.status_code in (302, 303)
    assert re.search("Back in its opened vial|Kembali ke vial", client.get(page).content.decode())
