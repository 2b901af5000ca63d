"""Comparison of both sides, its repair, and the desk of the data officer."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from kini.people.models import AccessLog
from kini.satusehat import actions
from kini.satusehat.comparison import compare
from kini.satusehat.models import Comparison, NationalRecord, PulledDifference
from kini.satusehat.pulling import pull_person
from kini.satusehat.satusehat_client import SatusehatClient
from kini.vaccination.models import Dose
from kini.web.formats import today
from tests.cases.town import person as registered
from tests.epidemic.records_town import BY
from tests.pagechecks import CheckedClient
from tests.satusehat.fake_platform import FakePlatform
from tests.satusehat.site_town import SiteTown
from tests.satusehat.test_pulling import immunization, patient

pytestmark = pytest.mark.django_db
type Send = Callable[..., None]


def kinds(comparison: Comparison) -> dict[str, str]:
    return {each["reference"]: each["kind"] for each in comparison.differences}


def test_every_difference_is_named_and_repaired(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    doses = [town.dose(town.person()) for _number in range(5)]
    send()
    day = today()
    assert compare(organization, day).differences == []
    own = {each["identifier"][0]["value"]: each["id"] for each in platform.of("Immunization")}
    lost, changed, refused, unsent, equal = doses
    del platform.stored[f"Immunization/{own[str(lost.uuid)]}"]
    platform.stored[f"Immunization/{own[str(changed.uuid)]}"]["protocolApplied"] = [{"doseNumberPositiveInt": 3}]
    problems = [{"rule": "10306", "code": "value", "path": ""}]
    NationalRecord.objects.filter(record_id=refused.pk).update(state="refused", problems=problems)
    NationalRecord.objects.filter(record_id=unsent.pk).delete()
    extra = {"system": organization.system("immunization"), "value": "unknown"}
    reference = platform.stored[f"Immunization/{own[str(equal.uuid)]}"]["patient"]
    immunization(platform, "X1", identifier=[extra], patient=reference, occurrenceDateTime=day.isoformat())
    comparison = compare(organization, day)
    assert kinds(comparison) == {
        lost.reference: "missing",
        changed.reference: "differs",
        refused.reference: "refused",
        unsent.reference: "not-sent",
        "Immunization/X1": "extra",
    }
    assert (comparison.ours, comparison.equal) == (5, 1)
    assert actions.repair(by=BY, comparison=comparison) == 4
    send()
    assert kinds(compare(organization, day)) == {"Immunization/X1": "extra"}
    assert len(platform.of("Immunization")) == 6


def test_the_desk_says_what_was_refused_and_sends_it_again(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send, desk: CheckedClient
) -> None:
    dose = town.dose()
    platform.faults = ["", "", "", "", "400"]
    send()
    page = desk.get(reverse("satusehat:desk-list")).content.decode()
    assert dose.reference in page
    assert "Siti Aminah" not in page
    assert not AccessLog.objects.exists()
    page = desk.get(reverse("satusehat:desk-dose", args=[dose.reference])).content.decode()
    assert "Siti Aminah" in page
    assert AccessLog.objects.count() == 1
    desk.post(reverse("satusehat:desk-dose", args=[dose.reference]))
    send()
    assert NationalRecord.objects.get().state == "sent"


def test_the_desk_shows_both_sides_of_a_difference_and_decides(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, desk: CheckedClient
) -> None:
    person = town.person()
    patient(platform, person)
    town.dose(person, given_at=None, given_on=today(), site=None, lot=None, agency=town.corner.agency,
              source="elsewhere", elsewhere="RS Contoh")  # fmt: skip
    immunization(platform, occurrenceDateTime=today().isoformat(), protocolApplied=[{"doseNumberPositiveInt": 2}])
    pull_person(organization, person)
    difference = PulledDifference.objects.get()
    address = reverse("satusehat:desk-difference", args=[difference.pk])
    assert "RS Contoh" in desk.get(address).content.decode()
    assert desk.post(address, {"decision": "theirs", "reason": ""}).status_code == 409
    desk.post(address, {"decision": "theirs", "reason": "Kartu vaksin"})
    assert Dose.objects.get().number == 2


def test_the_desk_compares_a_day_and_repairs_it(
    town: SiteTown,
    platform: FakePlatform,
    organization: SatusehatClient,
    run_jobs: Callable[[], int],
    desk: CheckedClient,
) -> None:
    dose = town.dose()
    desk.post(reverse("satusehat:desk-compare"), {"day": str(today())})
    NationalRecord.objects.all().delete()
    platform.faults = ["down"] * 3
    run_jobs()
    comparison = Comparison.objects.get()
    page = desk.get(reverse("satusehat:desk-comparison", args=[comparison.pk])).content.decode()
    assert dose.reference in page
    desk.post(reverse("satusehat:desk-repair", args=[comparison.pk]))
    desk.get(reverse("satusehat:desk-list"))


def test_the_page_of_a_person_asks_for_consent(town: SiteTown, client: CheckedClient) -> None:
    resident = registered("+628120000302", "Siti Aminah")
    client.force_login(resident.user)
    assert client.get(reverse("satusehat:fetch")).status_code == 200


def test_only_data_officers_open_the_desk(town: SiteTown, client: CheckedClient) -> None:
    client.force_login(town.corner.officers["nurse"].user)
    assert client.get(reverse("satusehat:desk-list")).status_code == 403


def test_the_desk_sends_no_dose_of_another_place(
    town: SiteTown, organization: SatusehatClient, desk: CheckedClient
) -> None:
    dose = town.dose(site=None, lot=None, agency=town.corner.agency, source="elsewhere", elsewhere="RS Contoh")
    assert desk.post(reverse("satusehat:desk-dose", args=[dose.reference])).status_code == 404
    assert actions.send_again(by=BY, dose=dose) is None
    assert not NationalRecord.objects.exists()


def test_the_desk_promises_nothing_without_a_connection(town: SiteTown, desk: CheckedClient) -> None:
    dose = town.dose()
    answer = desk.post(reverse("satusehat:desk-dose", args=[dose.reference]), follow=True)
    assert "No organization of SATUSEHAT is set up for this site." in answer.content.decode()
    answer = desk.post(reverse("satusehat:desk-compare"), {"day": str(today())}, follow=True)
    assert "is being compared" not in answer.content.decode()
