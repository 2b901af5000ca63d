"""Sign-ups: capacity by role, ages and consent, screening; check-in, absences with a witness."""

from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.environment import ROOT
from kini.together.volunteers import actions
from kini.together.volunteers.models import Activity, ShiftRole, SignUp
from kini.web.formats import today
from tests.cases.town import acting
from tests.together.conftest import BY, build, run
from tests.together.volunteers.conftest import (
    VolunteerTown,
    VolunteerTownBuilder,
    at,
    child_of,
    consent,
    grown,
    new_activity,
)


def test_an_activity_is_public_after_a_second_person_read_it(volunteers: VolunteerTown) -> None:
    town = volunteers.help
    activity = volunteers.record(name="Pasar murah")
    assert activity.shifts.count() == 0
    with pytest.raises(NotAllowed):
        actions.release_activity(by=acting(town.boss), activity=activity)
    own = actions.record_activity(by=acting(town.officer), giver=None, activity=new_activity(town), roles={"helper": 1})
    with pytest.raises(ActionRefused, match="somebody else must release"):
        actions.release_activity(by=acting(town.officer), activity=own)
    actions.release_activity(by=acting(town.colleague), activity=own)
    assert own.shifts.count() == 4
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE together_activity SET released_by_id = created_by_id WHERE id = %s", own.pk)


def test_each_role_has_its_own_places(volunteers: VolunteerTown) -> None:
    anna, budi = volunteers.anna, volunteers.budi
    one = volunteers.sign_up(anna, volunteers.role("driver"))
    with pytest.raises(ActionRefused, match=r"last place of this role. There is room on .*: driver"):
        volunteers.sign_up(budi, volunteers.role("driver"))
    volunteers.sign_up(budi, volunteers.role("helper"))
    with pytest.raises(ActionRefused, match="has a place at this shift already"):
        volunteers.sign_up(budi, volunteers.role("helper"))
    actions.cancel_sign_up(by=acting(anna), sign_up=one)
    volunteers.sign_up(anna, volunteers.role("helper"))
    assert (volunteers.role("driver").taken, volunteers.role("helper").taken) == (0, 2)


def test_the_same_form_signs_up_once(volunteers: VolunteerTown) -> None:
    volunteer, key = volunteers.volunteer(volunteers.anna), uuid4()
    rows = {
        actions.sign_up(by=acting(volunteers.anna), volunteer=volunteer, role=volunteers.role(), key=key).pk
        for _ in range(2)
    }
    assert len(rows) == 1
    assert volunteers.role().taken == 1


def test_nobody_is_at_two_places_at_once(volunteers: VolunteerTown) -> None:
    other = volunteers.released(name="Dapur umum")
    volunteers.sign_up(volunteers.anna)
    with pytest.raises(ActionRefused, match="another shift at that time"):
        volunteers.sign_up(volunteers.anna, volunteers.role(activity=other))
    volunteers.sign_up(volunteers.anna, volunteers.role(activity=other, shift=1))


def test_children_come_with_their_guardians_consent(volunteers: VolunteerTown) -> None:
    born = today() - timedelta(days=16 * 366)
    child, anna = child_of(volunteers.anna, born), acting(volunteers.anna)
    volunteer = actions.ensure_volunteer(by=anna, resident=child, emergency_contact="Anna, 0812")
    role = volunteers.role()
    with pytest.raises(ActionRefused, match="guardian"):
        actions.sign_up(by=anna, volunteer=volunteer, role=role, key=uuid4())
    consent(volunteers.anna, child)
    with pytest.raises(NotAllowed):
        actions.sign_up(by=acting(volunteers.budi), volunteer=volunteer, role=role, key=uuid4())
    actions.sign_up(by=anna, volunteer=volunteer, role=role, key=uuid4())
    adults = volunteers.released(name="Malam", minimum_age=17)
    with pytest.raises(ActionRefused, match="17 and older"):
        actions.sign_up(by=anna, volunteer=volunteer, role=volunteers.role(activity=adults, shift=1), key=uuid4())
    alone = grown("+6281200000039", "Remaja", born)
    with pytest.raises(ActionRefused, match="guardian"):
        volunteers.sign_up(alone)


@pytest.mark.parametrize("born", [None, today() - timedelta(days=16 * 366)])
def test_only_a_guardian_of_full_age_agrees_for_a_child(volunteers: VolunteerTown, born: date | None) -> None:
    young = grown("+6281200000037", "Kakak", born)
    for child in (young, child_of(young, today() - timedelta(days=14 * 366))):
        with pytest.raises(ActionRefused, match="full age"):
            consent(young, child)


def test_a_birth_date_is_typed_where_the_profile_has_none(volunteers: VolunteerTown) -> None:
    unknown = grown("+6281200000038", "Tanpa Tanggal", None)
    with pytest.raises(ActionRefused, match="Enter the birth date"):
        volunteers.sign_up(unknown)
    by = acting(unknown)
    for born in (date(1990, 1, 2), date(2020, 1, 2)):
        volunteer = actions.ensure_volunteer(by=by, resident=unknown, emergency_contact="Ibu", birth_date=born)
    assert volunteer.born == date(1990, 1, 2)
    volunteers.sign_up(unknown)


def test_work_with_children_needs_a_screening_on_that_day(volunteers: VolunteerTown) -> None:
    course = volunteers.released(name="Les", with_children=True)
    role, later = (volunteers.role(activity=course, shift=each) for each in (0, 3))
    with pytest.raises(ActionRefused, match="screening"):
        volunteers.sign_up(volunteers.anna, role)
    volunteer = volunteers.anna.volunteer
    values = {"valid_from": today(), "valid_until": role.shift.day, "paper": "SKCK 12/2026"}
    with pytest.raises(NotAllowed):
        actions.record_screening(by=acting(volunteers.budi), volunteer=volunteer, **values)
    actions.record_screening(by=acting(volunteers.help.officer), volunteer=volunteer, **values)
    volunteers.sign_up(volunteers.anna, role)
    with pytest.raises(ActionRefused, match="screening"):
        volunteers.sign_up(volunteers.anna, later)


def test_check_in_with_the_code_of_the_place(volunteers: VolunteerTown) -> None:
    row, shift = volunteers.sign_up(volunteers.anna), volunteers.shift()
    by = acting(volunteers.anna)
    with pytest.raises(ActionRefused, match="45 minutes before"):
        actions.check_in(by=by, sign_up=row, code=shift.code)
    with at(shift.starts_at, 20):
        with pytest.raises(ActionRefused, match="not the code"):
            actions.check_in(by=by, sign_up=row, code="000000" if shift.code != "000000" else "000001")
        with pytest.raises(NotAllowed):
            actions.check_in(by=acting(volunteers.budi), sign_up=row, code=shift.code)
        assert actions.check_in(by=by, sign_up=row, code=shift.code).minutes == 100
        assert actions.check_in(by=by, sign_up=row, code=shift.code).state == "attended"


def test_an_absence_says_who_says_so_and_can_be_corrected(volunteers: VolunteerTown) -> None:
    row, shift = volunteers.sign_up(volunteers.anna), volunteers.shift()
    boss = acting(volunteers.help.boss)
    with at(shift.starts_at, -5), pytest.raises(ActionRefused, match="has not begun"):
        actions.record_absence(by=boss, sign_up=row)
    with at(shift.ends_at, 10):
        with pytest.raises(NotAllowed):
            actions.record_absence(by=acting(volunteers.budi), sign_up=row)
        row = actions.record_absence(by=boss, sign_up=row)
        assert (row.state, row.witness, row.witness_by_id) == ("absent", "organizer", boss.user_id)
        actions.object_to_absence(by=acting(volunteers.anna), sign_up=row, words="Saya di belakang")
        row = actions.record_attendance(by=acting(volunteers.help.officer), sign_up=row, minutes=90)
        assert (row.state, row.minutes, row.objection) == ("attended", 90, "Saya di belakang")
    with at(shift.ends_at, 8 * 24 * 60), pytest.raises(ActionRefused):
        actions.record_absence(by=boss, sign_up=volunteers.sign_up(volunteers.budi, volunteers.role(shift=2)))


def test_organizers_do_not_record_themselves(volunteers: VolunteerTown) -> None:
    boss = volunteers.help.boss
    boss.birth_date = volunteers.anna.birth_date
    boss.save()
    row, shift = volunteers.sign_up(boss), volunteers.shift()
    with at(shift.ends_at):
        for deed in (actions.record_attendance, actions.record_absence):
            with pytest.raises(NotAllowed):
                deed(by=acting(boss), sign_up=row)
        with pytest.raises(IntegrityError), transaction.atomic():
            run(
                "UPDATE together_signup SET state = 'absent', witness = 'organizer', witness_by_id = %s WHERE id = %s",
                boss.user_id, row.pk,
            )  # fmt: skip


def test_a_changed_plan_leaves_shifts_with_people(volunteers: VolunteerTown) -> None:
    row = volunteers.sign_up(volunteers.anna)
    river = volunteers.river
    sundays = new_activity(volunteers.help, weekdays=(7,))
    river = actions.change_activity(by=acting(volunteers.help.boss), activity=river, change=sundays)
    assert (river.released_at, list(river.shifts.all())) == (None, [row.shift])
    actions.release_activity(by=acting(volunteers.help.colleague), activity=river)
    assert [each.day.isoweekday() for each in river.shifts.order_by("day")].count(7) == 4
    assert actions.plan_shifts(by=BY) == 0
    with at(row.shift.starts_at, 24 * 60 * 2):
        assert actions.plan_shifts(by=BY) == 1
    actions.end_activity(by=acting(volunteers.help.boss), activity=river)
    assert list(river.shifts.all()) == [row.shift]


def test_a_cancelled_shift_gives_all_places_back(volunteers: VolunteerTown) -> None:
    row, shift = volunteers.sign_up(volunteers.anna), volunteers.shift()
    with pytest.raises(NotAllowed):
        actions.cancel_shift(by=acting(volunteers.anna), shift=shift, reason="Hujan")
    assert actions.cancel_shift(by=acting(volunteers.help.boss), shift=shift, reason="Hujan") == 1
    row.refresh_from_db()
    assert (row.state, volunteers.role().taken) == ("cancelled", 0)
    with pytest.raises(ActionRefused, match="takes no sign-ups"):
        volunteers.sign_up(volunteers.budi)


def test_the_database_refuses_what_python_would(volunteers: VolunteerTown) -> None:
    row = volunteers.sign_up(volunteers.anna)
    other = volunteers.role(shift=1)
    for statement in (
        "UPDATE together_signup SET state = 'attended'",
        f"UPDATE together_signup SET shift_id = {other.shift_id}",
        "UPDATE together_signup SET state = 'absent'",
        f"UPDATE together_shiftrole SET taken = 3 WHERE id = {row.role_id}",
        "INSERT INTO together_signup (key, volunteer_id, shift_id, role_id, state, created_at, changed_at, witness,"
        f" objection) SELECT gen_random_uuid(), volunteer_id, {other.shift_id}, role_id, 'booked', now(), now(), '', ''"
        " FROM together_signup",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_take_no_more_places_than_there_are(settings: Settings) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    town = VolunteerTownBuilder(build())()
    people = [grown(f"+62812000001{number:02}", f"Relawan {number}") for number in range(10)]
    roles = [town.role("helper"), town.role("driver")]
    barrier = Barrier(len(people))

    def press(number: int) -> None:
        barrier.wait()
        try:
            town.sign_up(people[number], roles[number % 2])
        except ActionRefused:
            pass
        finally:
            connection.close()

    threads = [Thread(target=press, args=(number,)) for number in range(len(people))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [(role.taken, role.sign_ups.count()) for role in (town.role("helper"), town.role("driver"))] == [
        (2, 2),
        (1, 1),
    ]
    assert Activity.objects.count() == 1
    assert SignUp.objects.count() == ShiftRole.objects.filter(taken__gt=0).count() + 1
