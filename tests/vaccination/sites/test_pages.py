"""Pages of sites and their stock, over HTTP."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from kini.people.models import Resident, User
from kini.vaccination.sites import standby, stock
from kini.vaccination.sites.models import Lot, Shipment, SiteHours, StandbyRequest
from kini.web.formats import today
from tests.cases.town import employed
from tests.pagechecks import CheckedClient
from tests.vaccination.sites.conftest import BY, DOSE, VIAL, District, begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(district: District, client: CheckedClient) -> None:
    """A vaccine manager of the first site's area, signed in."""
    area, agency = district.one.area, district.one.agency
    client.force_login(employed("+6281200000999", "Pengelola Contoh", agency, "vaccine-manager", area=area).user)


def page(name: str, *words: object) -> str:
    return reverse(f"vaccination:{name}", args=words)


@pytest.mark.usefixtures("manager")
def test_a_manager_receives_counts_sends_and_writes_off(district: District, client: CheckedClient) -> None:
    key = str(uuid4())
    typed = {"key": key, "vaccine": "sinovac", "lot": "cx9", "expires_on": today() + timedelta(days=90), "vials": 4}
    assert client.get(page("desk-stock-receive", "gambir")).status_code == 200
    for _ in range(2):
        assert client.post(page("desk-stock-receive", "gambir"), typed).status_code == 302
    lot = Lot.objects.get(number="CX9")
    assert district.sealed(lot=lot) == 4 * VIAL, "the same form twice is one delivery"
    count = page("desk-stock-move", "gambir", lot.pk, "count")
    response = client.post(count, {"key": uuid4(), "vials": 3, "reason": ""})
    assert response.status_code == 422
    assert "4 vial" in response.content.decode()
    assert client.post(count, {"key": uuid4(), "vials": 3, "reason": "Salah hitung"}).status_code == 302
    waste = page("desk-stock-move", "gambir", lot.pk, "waste")
    assert client.post(waste, {"key": uuid4(), "vials": 1, "reason": "broken"}).status_code == 302
    send = page("desk-stock-move", "gambir", lot.pk, "send")
    assert client.post(send, {"key": uuid4(), "vials": 1, "to": "sawah"}).status_code == 302
    warm = page("desk-stock-move", "gambir", lot.pk, "quarantine")
    assert client.post(warm, {"key": uuid4(), "reason": "12 °C"}).status_code == 302
    text = client.get(page("desk-stock-site", "gambir")).content.decode()
    assert re.search("1 vials? (in quarantine|dikarantina)", text)
    end = page("desk-stock-move", "gambir", lot.pk, "end-quarantine")
    assert client.post(end, {"key": uuid4(), "reason": "Diperiksa", "usable": "yes"}).status_code == 302
    assert district.sealed(lot=lot) == VIAL
    assert client.post(page("desk-lot-recall", lot.pk), {"key": uuid4(), "reason": "BPOM"}).status_code == 302
    assert district.sealed(lot=lot) == 0
    assert client.get(page("desk-stock"), {"q": "gam"}).status_code == 200
    assert client.get(page("desk-lot", lot.pk)).status_code == 200


@pytest.mark.usefixtures("manager")
def test_a_manager_counts_a_shipment_in_and_ends_a_vial(district: District, client: CheckedClient) -> None:
    district.receive(2, district.other)
    shipment = stock.send(by=BY, site=district.other, to=district.one, lot=district.lot, vials=2, key=uuid4())
    at = page("desk-shipment", shipment.pk)
    assert at in client.get(page("desk-stock-site", "gambir")).content.decode()
    assert client.get(at).status_code == 200
    assert client.post(at, {"key": uuid4(), "vials": 2}).status_code == 302
    assert Shipment.objects.get().arrived_vials == 2
    vial = stock.give(by=BY, site=district.one, lot=district.lot, volume_ul=DOSE, key=uuid4())
    assert client.post(page("desk-stock-site", "gambir"), {"vial": vial.pk}).status_code == 302
    assert district.doses("free") == VIAL
    assert client.get(page("desk-stock-site", "sawah")).status_code == 404, "another area's site"
    assert client.get(page("desk-stock-move", "sawah", district.lot.pk, "count")).status_code == 404


def test_residents_see_sites_with_free_places_only(district: District, client: CheckedClient) -> None:
    SiteHours.objects.create(site=district.one, weekday=0, starts="08:00", ends="11:00", an_hour=40, walk_in_percent=20)
    assert page("site", "gambir") not in client.get(page("sites")).content.decode(), "it has no place yet"
    district.receive(1)
    district.session(10)
    text = client.get(page("sites")).content.decode()
    assert page("site", "gambir") in text
    assert page("site", "sawah") not in text
    assert page("site", "gambir") not in client.get(page("sites"), {"vaccine": "pfizer"}).content.decode()
    near = client.get(page("sites"), {"near": "Gambir"}).content.decode()
    assert re.search(r'value="Gambir"', near)
    assert re.search(r"\d k?m\b", near)
    assert client.get(page("sites"), {"near": "zzz"}).status_code == 422
    assert client.post(page("sites"), {"lat": "0", "lon": "0"}).status_code == 422
    text = client.get(page("site", "gambir")).content.decode()
    assert "08.00 – 11.00" in text
    assert client.get(page("site", "nowhere")).status_code == 404


def test_who_is_called_answers_on_a_page(district: District, client: CheckedClient) -> None:
    district.receive(2)
    begin(district.session(2))
    stock.give(by=BY, site=district.one, lot=district.lot, volume_ul=DOSE, key=uuid4())
    user = User.objects.create(email="standby@example.org", password="!")
    resident = Resident.objects.create(user=user, name="Warga Contoh")
    request = standby.join(
        by=BY, person=resident.person, user=user, site=district.one, campaign="covid-19", vaccines=["sinovac"]
    )
    client.force_login(user)
    assert client.get(page("standby", request.pk)).status_code == 200
    standby.call_next(by=BY, site=district.one)
    assert "coming" in client.get(page("standby", request.pk)).content.decode()
    assert client.post(page("standby", request.pk), {"answer": "coming"}).status_code == 303
    booking = StandbyRequest.objects.get().booking
    assert booking
    assert booking.reference in client.get(page("standby", request.pk)).content.decode()
    assert client.get(page("standby", request.pk + 1)).status_code == 404
