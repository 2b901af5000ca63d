"""At a counter: find or add a person, begin for them, and give them a receipt."""

import pytest

from kini.cases.models import Case, Draft
from kini.people.models import AccessLog, Officer, Resident
from kini.services.models import Service, ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import NIK, Town, employed
from tests.pagechecks import CheckedClient
from tests.services.jakarta_pack import bump_audit

OTHER_NIK = "3171011708450001"


@pytest.fixture
def helper(town: Town) -> Officer:
    return employed("+6281200000051", "Petugas Loket", town.registry, "counter")


@pytest.fixture
def counter(helper: Officer, browse: Browse) -> CheckedClient:
    return browse(helper)


def add(counter: CheckedClient, **more: str) -> str:
    """Add a person; the address of the choice of services."""
    sent = {"number": OTHER_NIK, "new": "yes", "name": "Mbah Contoh", "phone": "", "address": "", "area": ""}
    response = counter.post("/desk/apply/", sent | more)
    assert response.status_code == 303
    return str(response["Location"])


def test_somebody_new_is_added_and_an_application_begins(
    permit: ServiceVersion, helper: Officer, counter: CheckedClient
):
    page = counter.post("/desk/apply/", {"number": OTHER_NIK})
    assert page.status_code == 200
    assert "A new person" in page.content.decode()
    choice = add(counter, phone="0812 3456 7899", address="Gang 2", area="1.1.1")
    page = counter.get(choice)
    assert "Mbah Contoh" in page.content.decode()
    assert OTHER_NIK not in page.content.decode()
    sent = {"person": page.context["mark"], "service": "stall-permit"}
    response = counter.post("/desk/apply/", sent)
    draft = Draft.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/apply/{draft.pk}/")
    assert (draft.channel, draft.resident.name, draft.resident.phone) == ("counter", "Mbah Contoh", "+6281234567899")
    assert "Mbah Contoh" in counter.get("/desk/apply/").content.decode(), "it can be gone on with"


def test_the_whole_way_to_the_receipt(permit: ServiceVersion, counter: CheckedClient, helper: Officer):
    mark = counter.get(add(counter)).context["mark"]
    counter.post("/desk/apply/", {"person": mark, "service": "stall-permit"})
    draft = Draft.objects.get()
    for key, sent in (("goods", {"goods": "fruit"}), ("where", {"where": "1.1.1"}), ("doc-letter", {})):
        assert counter.post(f"/apply/{draft.pk}/{key}/", sent).status_code in (302, 303)
    page = counter.get(f"/apply/{draft.pk}/check/")
    assert "Mbah Contoh" in page.content.decode()
    counter.post(f"/apply/{draft.pk}/check/", {"confirm": page.context["token"]})
    case = Case.objects.get()
    assert (case.channel, case.submitted_by) == ("counter", helper.user)
    sent = counter.get(f"/cases/{case.reference}/sent/").content.decode()
    assert f"/desk/apply/{case.reference}/receipt/" in sent
    receipt = counter.get(f"/desk/apply/{case.reference}/receipt/").content.decode()
    assert case.reference in receipt
    assert "Mbah Contoh" in receipt
    assert "data-print" in receipt
    desk = counter.get(f"/desk/cases/{case.reference}/").content.decode()
    assert "You applied for this resident" in desk
    assert "Counter, on behalf" in desk


def test_somebody_known_is_found_and_the_look_is_logged(town: Town, permit: ServiceVersion, counter: CheckedClient):
    add(counter)
    assert not AccessLog.objects.exists()
    response = counter.post("/desk/apply/", {"number": "3171 0117 0845 0001"})
    assert response.status_code == 303
    assert AccessLog.objects.get().resident.name == "Mbah Contoh"
    assert [each.name for each in Resident.objects.all()].count("Mbah Contoh") == 1


def test_what_was_typed_stays_beside_what_is_wrong(permit: ServiceVersion, counter: CheckedClient):
    for number in ("", "12", "x" * 500, "31710117084500\x01"):
        response = counter.post("/desk/apply/", {"number": number})
        assert response.status_code == 422
        assert 'href="#number"' in response.content.decode()
    sent = {"number": OTHER_NIK, "new": "yes", "name": "", "phone": "12", "address": "Gang <2>", "area": "nowhere"}
    response = counter.post("/desk/apply/", sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Gang &lt;2&gt;" in page
    assert 'href="#name"' in page
    assert 'href="#phone"' in page
    assert 'href="#area"' in page
    assert not Resident.objects.filter(national_id_hash__isnull=False).exists()


def test_the_service_must_be_one_that_is_offered(permit: ServiceVersion, counter: CheckedClient):
    mark = counter.get(add(counter)).context["mark"]
    for service in ("", "nothing", "\x01", "'; --"):
        response = counter.post("/desk/apply/", {"person": mark, "service": service})
        assert response.status_code == 422
        assert 'href="#service"' in response.content.decode()
    Service.objects.update(active=False)
    bump_audit()
    assert counter.post("/desk/apply/", {"person": mark, "service": "stall-permit"}).status_code == 422
    assert not Draft.objects.exists()


def test_a_person_stands_at_one_counter_only(
    town: Town, permit: ServiceVersion, counter: CheckedClient, browse: Browse
):
    choice = add(counter)
    mark = counter.get(choice).context["mark"]
    other = browse(employed("+6281200000052", "Loket Dua", town.registry, "counter"))
    assert other.get(choice).status_code == 404
    assert other.post("/desk/apply/", {"person": mark, "service": "stall-permit"}).status_code == 404
    for forged in ("1", mark[:-2], "\x01"):
        assert counter.post("/desk/apply/", {"person": forged, "service": "stall-permit"}).status_code == 404


def test_only_those_who_may_apply_for_others(
    town: Town, case: Case, clerk: CheckedClient, counter: CheckedClient, browse: Browse
):
    for client in (clerk, browse(town.resident)):
        assert client.get("/desk/apply/").status_code == 403
        assert client.post("/desk/apply/", {"number": NIK}).status_code == 403
    assert "Apply for a resident" not in clerk.get("/desk/").content.decode()
    assert "Apply for a resident" in counter.get("/desk/").content.decode()
    assert counter.get(f"/desk/apply/{case.reference}/receipt/").status_code == 404


def test_the_area_of_somebody_new_is_found_by_its_name(permit: ServiceVersion, counter: CheckedClient):
    page = counter.post("/desk/apply/", {"number": OTHER_NIK, "new": "yes", "area": "1.1.2"}).content.decode()
    select = page[page.index("data-area") :]
    assert select.index('<select class="input" id="area" name="area"') < select.index("</select>")
    assert '<option value="1.1.2" selected>Kampung Bukit</option>' in select
    assert "kini/place.js" in page
