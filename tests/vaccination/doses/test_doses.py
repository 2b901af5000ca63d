"""Doses: recorded once, corrected, moved, disputed; what the database refuses; merges of persons."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core import current_time, events, retention
from kini.core.actors import ActionRefused, NotAllowed
from kini.people import actions as people_actions
from kini.people.models import Person, PersonMerge
from kini.vaccination.doses import actions, queries
from kini.vaccination.doses.actions import DoseCorrection, StaleForm, UsedUuid
from kini.vaccination.doses.retention import remove_doses
from kini.vaccination.events import DoseChanged, DoseRecorded
from kini.vaccination.models import Dose, DoseDispute, DoseRevision
from kini.web.formats import today
from tests.cases import town
from tests.vaccination.doses.dose_town import BY, WHY, Station

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []
    publish: Callable[[events.Event], None] = events.publish
    monkeypatch.setattr(events, "publish", lambda event: (made.append(event), publish(event)))
    return made


def numbers(person: Person) -> list[int]:
    return [dose.number for dose in queries.doses_of(person)]


def correction(dose: Dose, **values: Any) -> DoseCorrection:
    kept = {name: getattr(dose, name) for name in ("vaccine", "number", "volume_ul", "lot", "given_at")}
    return DoseCorrection(**(kept | values))


def test_a_dose_says_where_it_was_given_and_who_got_it(station: Station, published):
    dose = station.dose()
    assert (dose.reference[:3], dose.state, dose.facility_id, dose.site_area_path, dose.agency_id) == (
        *("VC-", "given", "dinkes-31.71.01", "31/31.71/31.71.01", "dinkes"),
    )
    assert dose.age is not None
    assert (dose.sex, dose.area and dose.area.name, dose.given_on) == ("female", "Gambir", today())
    assert published == [DoseRecorded(dose.pk, dose.person_id, "site")]


def test_the_same_uuid_is_one_dose(station: Station, published):
    person, uuid = station.person(), uuid4()
    one = station.dose(person, uuid=uuid)
    assert station.dose(person, uuid=uuid) == one
    moved = actions.move_to_person(by=BY, dose=one, person=station.person("Budi Lain"), reason=WHY)
    assert station.dose(person, uuid=uuid) == moved, "the phone sends again what was moved since"
    assert [type(each) for each in published] == [DoseRecorded, DoseChanged]
    with pytest.raises(UsedUuid):
        station.dose(station.person("Tono Contoh"), uuid=uuid)
    assert Dose.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_phones_that_send_the_same_dose_at_once_record_one(station: Station):
    new, by = station.new(), station.acting("vaccinator")

    def send(_number: int) -> int:
        try:
            return actions.record_dose(by=by, dose=new).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as phones:
        keys = set(phones.map(send, range(8)))
    assert len(keys) == Dose.objects.count() == 1


def test_vaccinators_record_at_their_own_site(station: Station):
    for name in ("other", "manager"):
        with pytest.raises(NotAllowed):
            station.dose(by=station.acting(name))
    with pytest.raises(NotAllowed):
        station.dose(source="national", source_key="x")
    elsewhere = {
        "source": "elsewhere",
        "elsewhere": "Bandung",
        "lot": None,
        "site": None,
        "agency": station.corner.agency,
    }
    with pytest.raises(NotAllowed):
        station.dose(**elsewhere)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"given_at": None, "given_on": today() + timedelta(days=1)}, "future"),
        ({"given_at": None, "given_on": today() - timedelta(days=365 * 60)}, "too early"),
        ({"vaccine": "pfizer"}, "another vaccine"),
    ],
)
def test_what_cannot_be_is_refused(station: Station, values, words):
    with pytest.raises(ActionRefused, match=words):
        station.dose(**values)


def test_an_expired_or_recalled_lot_counts_only_with_a_reason(station: Station):
    lot = station.lots["sinovac"]
    type(lot).objects.filter(pk=lot.pk).update(expires_on=today() - timedelta(days=1))
    lot.refresh_from_db()
    with pytest.raises(ActionRefused, match="expired"):
        station.dose()
    type(lot).objects.filter(pk=lot.pk).update(
        expires_on=today(), recalled_at=current_time.now() - timedelta(hours=1), recalled_because="Suhu"
    )
    lot.refresh_from_db()
    with pytest.raises(ActionRefused, match="recalled"):
        station.dose()
    assert station.dose(despite="Sudah disuntikkan sebelum penarikan diketahui").lot == lot


def test_a_dose_that_was_not_given_does_not_stand(station: Station):
    person = station.person()
    with pytest.raises(ActionRefused):
        actions.record_not_done(by=station.acting("vaccinator"), dose=station.new(person), reason=" ")
    dose = actions.record_not_done(by=station.acting("vaccinator"), dose=station.new(person), reason="Demam")
    assert (dose.state, dose.reason, numbers(person)) == ("not-done", "Demam", [])


def test_a_correction_keeps_what_stood_before(station: Station, published):
    dose = station.dose()
    manager = station.acting("manager")
    changed = actions.correct(by=manager, dose=dose, correction=correction(dose, number=2), reason=WHY, version=1)
    [revision] = DoseRevision.objects.all()
    assert (changed.number, changed.version, revision.before, revision.change) == (2, 2, {"number": 1}, "corrected")
    assert published[-1] == DoseChanged(dose.pk, dose.person_id)
    with pytest.raises(StaleForm):
        actions.correct(by=manager, dose=dose, correction=correction(dose, number=3), reason=WHY, version=1)
    with pytest.raises(ActionRefused, match="Nothing differs"):
        actions.correct(by=manager, dose=dose, correction=correction(changed), reason=WHY)


def test_who_recorded_a_dose_corrects_it_on_the_same_day(station: Station):
    dose = station.dose()
    with pytest.raises(NotAllowed):
        actions.correct(by=station.acting("other"), dose=dose, correction=correction(dose, number=2), reason=WHY)
    by = station.acting("vaccinator")
    actions.correct(by=by, dose=dose, correction=correction(dose, number=2), reason=WHY)
    with pytest.raises(NotAllowed):
        actions.move_to_person(by=by, dose=dose, person=station.person("Budi"), reason=WHY)


def test_an_error_is_final(station: Station):
    person = station.person()
    dose = station.dose(person)
    actions.mark_entered_in_error(by=station.acting("manager"), dose=dose, reason=WHY)
    assert numbers(person) == []
    with pytest.raises(ActionRefused, match="Record the right one as a new dose"):
        actions.correct(by=BY, dose=dose, correction=correction(dose, number=2), reason=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dose.objects.filter(pk=dose.pk).update(state="given", reason="", version=3)


def test_the_database_keeps_facts_and_history(station: Station):
    dose = station.dose()
    for values in ({"number": 2}, {"number": 2, "version": 2}, {"uuid": uuid4()}, {"source": "demo"}, {"version": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Dose.objects.filter(pk=dose.pk).update(**values)
    actions.correct(by=BY, dose=dose, correction=correction(dose, number=2), reason=WHY)
    for change in (lambda rows: rows.delete(), lambda rows: rows.update(change="moved")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(DoseRevision.objects.all())
    with pytest.raises(IntegrityError), transaction.atomic():
        remove_doses(Dose.objects.all())


def test_a_dose_goes_with_its_history_after_its_term_and_stays_on_hold(station: Station):
    rule, resident = retention.rules.get("vaccination.doses"), town.person("+6281277000001", "Rina Contoh")
    old, held, recent = station.dose(), station.dose(resident.person), station.dose()
    actions.correct(by=BY, dose=old, correction=correction(old, number=2), reason=WHY)
    DoseDispute.objects.create(dose=old, words="Bukan saya")
    hold = people_actions.place_legal_hold(by=BY, resident=resident, reason="Court")
    past = current_time.now() - retention.term_of(rule) - timedelta(hours=1)
    Dose.objects.exclude(pk=recent.pk).update(updated_at=past)
    assert (retention.apply(rule), set(Dose.objects.all())) == (1, {held, recent})
    assert not DoseRevision.objects.exists()
    assert not DoseDispute.objects.exists()
    people_actions.lift_legal_hold(by=BY, hold=hold, reason="Judgment")
    assert (retention.apply(rule), Dose.objects.get()) == (1, recent)


def test_a_dose_of_a_wrong_number_moves_to_the_right_person(station: Station, published):
    wrong, right = station.person("Siti Contoh"), station.person("Budi Contoh", birth_date=None, sex="male", area="")
    dose = station.dose(wrong)
    with pytest.raises(ActionRefused, match="already"):
        actions.move_to_person(by=BY, dose=dose, person=wrong, reason=WHY)
    moved = actions.move_to_person(by=station.acting("manager"), dose=dose, person=right, reason=WHY, number=2)
    assert (numbers(wrong), numbers(right)) == ([], [2])
    assert (moved.age, moved.sex, moved.area) == (None, "male", None)
    assert published[-1] == DoseChanged(dose.pk, wrong.pk)
    before = DoseRevision.objects.get().before
    assert (before["person_id"], before["number"], before["sex"]) == (wrong.pk, 1, "female")


def test_who_finds_a_strange_dose_disputes_it_and_a_corrector_decides(station: Station):
    owner = town.person("+628120000777", "Siti Contoh")
    dose, right = station.dose(owner.person), station.person("Budi Contoh")
    by = town.acting(owner)
    other = station.dose(right)
    with pytest.raises(NotAllowed):
        actions.dispute(by=by, dose=other, resident=owner, words="Bukan saya")
    filed = actions.dispute(by=by, dose=dose, resident=owner, words="Saya tidak disuntik hari itu")
    with pytest.raises(ActionRefused, match="being checked"):
        actions.dispute(by=by, dose=dose, resident=owner, words="Lagi")
    decide = {"dispute": filed, "decision": "moved", "evidence": "KTP dan formulir", "answer": WHY, "person": right}
    with pytest.raises(NotAllowed):
        actions.decide_dispute(by=station.acting("vaccinator"), **decide)
    for lacking in ({"evidence": " "}, {"answer": ""}, {"person": None}, {"decision": "?"}):
        with pytest.raises(ActionRefused):
            actions.decide_dispute(by=station.acting("manager"), **(decide | lacking))
    actions.decide_dispute(by=station.acting("manager"), **decide)
    assert (numbers(owner.person), numbers(right)) == ([], [1, 1])
    with pytest.raises(ActionRefused, match="decided already"):
        actions.decide_dispute(by=station.acting("manager"), **decide)
    with pytest.raises(IntegrityError), transaction.atomic():
        DoseDispute.objects.update(evidence="")


def merged(first: Person, second: Person) -> PersonMerge:
    return people_actions.merge_persons(by=BY, first=first, second=second, reason=WHY)


def test_a_merge_loses_and_doubles_no_dose(station: Station):
    """Persons of one vaccination record were merged elsewhere with doses lost or doubled (health.md, 1.4)."""
    one, other = station.person(), station.person("Siti Conto")
    first, second, same = station.dose(one), station.dose(other, number=2), station.dose(other, number=1)
    merge = merged(one, other)
    assert {dose.pk for dose in queries.doses_of(one)} == {first.pk, second.pk, same.pk}
    assert {dose.pk for dose in queries.doses_of(other)} == {first.pk, second.pk, same.pk}
    assert [each.pk for each in queries.same_dose_number(first)] == [same.pk], "warned about, not blocked"
    people_actions.unmerge_person(by=BY, merge=merge, reason=WHY)
    assert (numbers(one), sorted(numbers(other))) == ([1], [1, 2])
    assert Dose.objects.count() == 3


def test_a_dose_recorded_for_an_absorbed_person_goes_along(station: Station):
    one, other = station.person(), station.person("Siti Conto")
    merge = merged(one, other)
    late = station.dose(other)
    assert (late.person_id, numbers(one)) == (one.pk, [1])
    assert station.dose(other, uuid=late.uuid) == late
    people_actions.unmerge_person(by=BY, merge=merge, reason=WHY)
    assert (numbers(one), numbers(other)) == ([], [1])


def test_a_moved_dose_stays_with_the_right_person_when_a_merge_is_undone(station: Station):
    one, other, right = station.person(), station.person("Siti Conto"), station.person("Budi Contoh")
    dose = station.dose(other)
    merge = merged(one, other)
    dose.refresh_from_db()
    actions.move_to_person(by=BY, dose=dose, person=right, reason=WHY)
    people_actions.unmerge_person(by=BY, merge=merge, reason=WHY)
    assert (numbers(one), numbers(other), numbers(right)) == ([], [], [1])
