"""Pages over HTTP: a group plans, an officer releases, a volunteer signs up, checks in and gets a certificate."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import Settings

from kini.core import current_time, retention
from kini.documents import signing_keys
from kini.documents.models import DocumentState, SignedDocument
from kini.messages.models import Message
from kini.people.models import AccessLog
from kini.people.public import DataSubject, personal_data_categories
from kini.services.models import Service
from kini.together.volunteers import actions, jobs
from kini.together.volunteers.models import Activity, ChildrenScreening, Shift, SignUp, Volunteer
from kini.web.formats import today
from tests.cases.town import acting
from tests.pagechecks import CheckedClient
from tests.together.conftest import run
from tests.together.test_pages import post, signed_in
from tests.together.volunteers.conftest import VolunteerTown, at, child_of

ADDRESS = "together:own-shifts"


def test_a_group_plans_and_an_officer_releases(volunteers: VolunteerTown) -> None:
    town = volunteers.help
    boss, officer = signed_in(town.boss), signed_in(town.officer)
    first = today() + timedelta(days=2)
    post(
        boss, "together:new-activity", volunteers.group.pk, name="Pasar murah", about="Bantu antre", area="gambir",
        meeting_point="Kantor RW", first_day=f"{first}", begins="22:00", ends="01:00", every_weeks=1, minimum_age=0,
        **{"role-1": "helper", "count-1": 3},
    )  # fmt: skip
    activity = Activity.objects.get(name="Pasar murah")
    assert (activity.minutes, activity.last_day, activity.weekdays) == (180, first, [])
    page = reverse("together:activity", args=[activity.pk])
    assert CheckedClient().get(page).status_code == 404
    assert "Pasar murah" in officer.get(reverse("together:desk-volunteers")).content.decode()
    post(officer, "together:desk-release", activity.pk, sure="on")
    shown = CheckedClient().get(page).content.decode()
    assert "3" in shown
    assert "/together/volunteer/roles/" in shown
    assert "Pasar murah" in CheckedClient().get(reverse("together:volunteer")).content.decode()
    assert signed_in(town.donor).get(reverse("together:group", args=[volunteers.group.pk])).status_code == 404
    post(boss, "together:activity-deed", activity.pk, "end")
    assert not activity.shifts.exists()


def test_a_volunteer_signs_up_and_checks_in(volunteers: VolunteerTown) -> None:
    anna, boss = signed_in(volunteers.anna), signed_in(volunteers.help.boss)
    post(anna, "together:sign-up", volunteers.role().pk, emergency_contact="Ibu, 0812 345")
    row, shift = SignUp.objects.get(), volunteers.shift()
    here = reverse("together:shift", args=[shift.pk])
    list_of_people = boss.get(here).content.decode()
    assert "Anna Contoh" in list_of_people
    assert "0812 345" not in list_of_people
    assert anna.get(here).status_code == 404
    with at(shift.starts_at, 5):
        assert "0812 345" in boss.get(here).content.decode()
        post(anna, "together:sign-up-deed", row.pk, "check-in", code=shift.code)
    row.refresh_from_db()
    assert row.minutes == 120
    assert anna.get(reverse(ADDRESS)).status_code == 200


def test_officers_reads_of_names_are_logged(volunteers: VolunteerTown) -> None:
    volunteers.sign_up(volunteers.anna)
    signed_in(volunteers.help.officer).get(reverse("together:shift", args=[volunteers.shift().pk]))
    assert AccessLog.objects.get().resident_id == volunteers.anna.pk


def test_an_absence_on_pages(volunteers: VolunteerTown) -> None:
    row, shift = volunteers.sign_up(volunteers.anna), volunteers.shift()
    anna, boss = signed_in(volunteers.anna), signed_in(volunteers.help.boss)
    with at(shift.ends_at, 30):
        post(boss, "together:attendance", row.pk, "absent")
        assert "menurut penyelenggara" in anna.get(reverse(ADDRESS)).content.decode()
        post(anna, "together:sign-up-deed", row.pk, "object", words="Saya di dapur")
        assert "Saya di dapur" in boss.get(reverse("together:shift", args=[shift.pk])).content.decode()
        post(boss, "together:attendance", row.pk, "came", minutes=60)
    row.refresh_from_db()
    assert (row.state, row.minutes) == ("attended", 60)


def test_a_guardian_signs_a_child_up(volunteers: VolunteerTown) -> None:
    child = child_of(volunteers.anna, today() - timedelta(days=15 * 366))
    anna, role = signed_in(volunteers.anna), volunteers.role()
    address, values = reverse("together:sign-up", args=[role.pk]), {"resident": child.pk, "emergency_contact": "Anna"}
    refused = anna.post(address, {"key": uuid4()} | values)
    assert refused.status_code == 422
    post(anna, "together:sign-up", role.pk, **values, consent="on")
    assert SignUp.objects.get().volunteer.resident == child


def test_the_calendar_feed_ends_with_a_new_address(volunteers: VolunteerTown) -> None:
    row = volunteers.sign_up(volunteers.anna)
    anna = signed_in(volunteers.anna)
    page = anna.get(reverse(ADDRESS))
    feed = page.context["volunteers"][0]["feed"].partition("/together/")[2]
    text = CheckedClient().get(f"/together/{feed}").content.decode()
    assert "Bersih kali: helper" in text
    assert f"{row.shift.starts_at:%Y%m%dT%H%M%SZ}" in text
    assert "Anna" not in text
    actions.cancel_sign_up(by=acting(volunteers.anna), sign_up=row)
    assert "CANCELLED" in CheckedClient().get(f"/together/{feed}").content.decode()
    anna.post(reverse("together:volunteer-deed", args=[row.volunteer_id, "feed"]))
    assert CheckedClient().get(f"/together/{feed}").status_code == 404


def test_hours_are_a_signed_certificate(volunteers: VolunteerTown, settings: Settings) -> None:
    agency = volunteers.help.officer.agency
    Service.objects.create(id="ksbb-collaboration", category="aid", kind="assistance", agency=agency)
    signing_keys.make_development_keys(signing_keys.keys_folder(), [(agency.pk, "Dinas Sosial")])
    row, shift = volunteers.sign_up(volunteers.anna), volunteers.shift()
    anna = signed_in(volunteers.anna)
    deed = reverse("together:volunteer-deed", args=[row.volunteer_id, "certificate"])
    anna.post(deed)
    assert not SignedDocument.objects.exists()
    with at(shift.starts_at):
        actions.check_in(by=acting(volunteers.anna), sign_up=row, code=shift.code)
    with at(shift.ends_at, 1):
        anna.post(deed)
        anna.post(deed)
        old, new = SignedDocument.objects.order_by("ordinal")
        assert (old.state, new.state) == (DocumentState.REPLACED, DocumentState.VALID)
        rows = {each["name"]: each["text"] for each in new.content["rows"]}
        assert (rows["name"], rows["hours"], rows["shifts"]) == ("Anna Contoh", "2", "1")
        address = reverse("documents:file", args=[new.pk])
        assert address in anna.get(reverse(ADDRESS)).content.decode()
        assert b"".join(anna.get(address).streaming_content).startswith(b"%PDF")
        assert signed_in(volunteers.budi).get(address).status_code == 404
    rule = retention.rules.get("together.certificates")
    with at(shift.ends_at + rule.term):
        assert retention.apply(rule) == 0
    with at(shift.ends_at + rule.term, 24 * 60):
        assert retention.apply(rule) == 2


def test_messages_about_shifts_are_sent_once(volunteers: VolunteerTown) -> None:
    volunteers.sign_up(volunteers.anna)
    shift = volunteers.shift()
    with at(shift.starts_at, -25 * 60):
        jobs.shifts_near()
        assert not Message.objects.exists()
    with at(shift.starts_at, -23 * 60):
        jobs.shifts_near()
        jobs.shifts_near()
    assert Message.objects.count() == 1
    sign_up = SignUp.objects.get()
    actions.cancel_shift(by=acting(volunteers.help.boss), shift=shift, reason="Hujan lebat")
    jobs.shift_cancelled(jobs.ShiftCancelled(sign_up.pk))
    assert Message.objects.filter(sort="volunteer-shift-cancelled").count() == 1


def test_an_officer_records_a_screening(volunteers: VolunteerTown) -> None:
    volunteers.volunteer(volunteers.anna)
    values = {"paper": "SKCK 1", "valid_from": f"{today()}", "valid_until": f"{today()}"}
    officer = signed_in(volunteers.help.officer)
    address = reverse("together:desk-screening")
    assert officer.post(address, {"contact": "+6281200000032", **values}).status_code == 422
    post(officer, "together:desk-screening", contact="+6281200000031", **values)
    assert ChildrenScreening.objects.get().volunteer.resident == volunteers.anna
    assert AccessLog.objects.filter(resident=volunteers.anna).exists()


@pytest.mark.parametrize("rule", ["together.shifts", "together.volunteers", "together.screenings"])
def test_retention(volunteers: VolunteerTown, rule: str) -> None:
    row = volunteers.sign_up(volunteers.anna)
    volunteers.volunteer(volunteers.budi)
    values = {"valid_from": today(), "valid_until": today(), "paper": "SKCK 1"}
    actions.record_screening(by=acting(volunteers.help.officer), volunteer=row.volunteer, **values)
    term = retention.rules.get(rule).term
    moments = [row.shift.ends_at] if rule == "together.shifts" else [current_time.now()]
    with at(moments[0] + term, -24 * 60):
        assert retention.apply(retention.rules.get(rule)) == 0
    with at(moments[0] + term, 24 * 60 * 2):
        assert retention.apply(retention.rules.get(rule)) == 1
    left = (SignUp.objects.count(), Volunteer.objects.count(), ChildrenScreening.objects.count())
    assert (
        left == {"together.shifts": (0, 2, 1), "together.volunteers": (1, 1, 1), "together.screenings": (1, 2, 0)}[rule]
    )


def test_what_is_recorded_about_a_volunteer_can_be_read_and_erased(volunteers: VolunteerTown) -> None:
    volunteers.sign_up(volunteers.anna)
    subject = DataSubject(volunteers.anna.user, volunteers.anna)
    shifts, facts = (personal_data_categories.get(f"together.{name}") for name in ("shifts", "volunteers"))
    assert [each["activity"] for each in shifts.records(subject)] == ["Bersih kali"]
    assert [each["contact"] for each in facts.records(subject)] == ["Ibu, 0812"]
    by = acting(volunteers.anna)
    assert shifts.erase
    assert facts.erase
    assert (shifts.erase(by, subject), facts.erase(by, subject)) == (1, 1)
    assert volunteers.role().taken == 0
    assert Shift.objects.exists()
    assert run("SELECT emergency_contact FROM together_volunteer")[0][0] in ("", b"")


def test_adding_members_tells_nobody_who_has_an_account(volunteers: VolunteerTown) -> None:
    firm, boss = volunteers.help.firm, signed_in(volunteers.help.boss)
    address = reverse("together:new-member", args=[firm.pk])
    for number, contact in enumerate(("+6281200000005", "+6281299999999"), 1):
        response = boss.post(address, {"contact": contact})
        assert (response.status_code, response["Location"]) == (302, reverse("together:group", args=[firm.pk]))
        assert firm.members.count() == number
    for number in range(18):
        assert boss.post(address, {"contact": f"+62812999900{number:02}"}).status_code == 302
    assert boss.post(address, {"contact": "+6281299990099"}).status_code == 422
    assert firm.members.count() == 20


def test_codes_of_a_shift_cannot_be_tried_out(volunteers: VolunteerTown) -> None:
    row, shift, anna = volunteers.sign_up(volunteers.anna), volunteers.shift(), signed_in(volunteers.anna)
    address = reverse("together:sign-up-deed", args=[row.pk, "check-in"])
    wrong = "000000" if shift.code != "000000" else "000001"
    with at(shift.starts_at, 5):
        for _try in range(10):
            assert anna.post(address, {"code": wrong}).status_code == 422
        assert anna.post(address, {"code": shift.code}).status_code == 422
    row.refresh_from_db()
    assert row.state == "booked"
