"""Second doses: kept when the first is recorded at a site, taken with an appointment, freed by anything else."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from kini.booking.models import Quota, Slot
from kini.core import current_time
from kini.messages.models import InboundMessage
from kini.people.actions import merge_persons
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses.actions import NewDose
from kini.vaccination.doses.models import Dose
from kini.vaccination.registrations import actions, next_dose_actions, queries
from kini.vaccination.registrations.message_replies import receive_registration
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites import verification
from kini.vaccination.sites.models import SecondDose, Session
from kini.web.formats import today
from tests.cases import town
from tests.vaccination.registrations.conftest import BY, Campaign
from tests.vaccination.sites.conftest import DOSE

type RunJobs = Callable[[], int]


def first_dose(campaign: Campaign, run_jobs: RunJobs, **changes: object) -> Dose:
    values = {"number": 1, "days_ago": 0, "site": campaign.district.one, "source": "site"} | changes
    site, days_ago = values.pop("site"), values.pop("days_ago")
    dose = dose_actions.record_dose(
        by=BY,
        dose=NewDose(
            uuid=uuid4(), person=campaign.rina.person, campaign="covid-19", vaccine="sinovac", volume_ul=DOSE,
            given_at=current_time.now() - timedelta(days=days_ago), site=site, lot=campaign.district.lot, **values,
        ),
    )  # type: ignore[arg-type]  # fmt: skip
    run_jobs()
    return dose


def second(campaign: Campaign, run_jobs: RunJobs) -> tuple[Registration, Session]:
    """A registration for the second dose, and a full session in the right week at the site of the first."""
    first_dose(campaign, run_jobs, days_ago=28)
    session = campaign.district.session(0)
    starts = current_time.now() + timedelta(days=2)
    Slot.objects.filter(pk=session.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=1))
    return campaign.register(), session


def test_the_second_dose_is_kept_for_the_recommended_week(campaign: Campaign, run_jobs: RunJobs) -> None:
    free = campaign.district.doses("free")
    dose = first_dose(campaign, run_jobs)
    kept = SecondDose.objects.get()
    expected = queries.eligibility_of(campaign.rina.person, actions.campaign_of("covid-19"), today())
    assert (kept.first_dose, kept.site, kept.vaccine, kept.dose_ul) == (dose.uuid, dose.site, "sinovac", DOSE)
    assert (kept.due_on, kept.kept) == (expected.recommended, True)
    assert campaign.district.doses("free") == free - DOSE
    for _ in range(2):
        next_dose_actions.keep_next_dose(by=BY, person=dose.person, campaign="covid-19", series="covid-19")
    assert SecondDose.objects.count() == 1


def test_doses_given_elsewhere_and_later_ones_keep_nothing(campaign: Campaign, run_jobs: RunJobs) -> None:
    first_dose(campaign, run_jobs, source="demo", days_ago=40)
    first_dose(campaign, run_jobs, number=2)
    assert not SecondDose.objects.exists()


def test_the_kept_place_is_offered_taken_moved_and_given_up(campaign: Campaign, run_jobs: RunJobs) -> None:
    registration, session = second(campaign, run_jobs)
    assert registration.number == 2
    booked = actions.book(by=campaign.by, registration=registration, slot=session.pk)
    assert booked.booking
    assert (booked.booking.group, campaign.district.doses("second")) == ("second", 0)
    other = campaign.district.session(0)
    starts = current_time.now() + timedelta(days=3)
    Slot.objects.filter(pk=other.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=1))
    moved = actions.move(by=campaign.by, registration=booked, slot=other.pk)
    assert moved.booking
    assert (moved.booking.group, moved.booking.slot_id) == ("second", other.pk)
    actions.cancel(by=campaign.by, registration=moved)
    assert (SecondDose.objects.get().kept, campaign.district.doses("second")) == (True, DOSE)
    assert list(verification.differences()) == []


def test_an_sms_takes_the_kept_place_where_all_sessions_are_full(campaign: Campaign, run_jobs: RunJobs) -> None:
    registration, _session = second(campaign, run_jobs)
    Quota.objects.update(capacity=0)
    inbound = InboundMessage(text="vaksin", sender="+6281200000001")
    assert receive_registration(inbound)
    registration.refresh_from_db()
    assert registration.booking
    assert registration.booking.group == "second"


def test_who_goes_elsewhere_frees_it(campaign: Campaign, run_jobs: RunJobs) -> None:
    registration, _session = second(campaign, run_jobs)
    campaign.district.receive(1, campaign.district.other)
    elsewhere = campaign.district.session(1, campaign.district.other)
    actions.book(by=campaign.by, registration=registration, slot=elsewhere.pk)
    assert (SecondDose.objects.get().ended_because, campaign.district.doses("second")) == ("released", 0)


def test_a_walk_in_for_the_second_dose_and_an_error_of_the_first_free_it(campaign: Campaign, run_jobs: RunJobs) -> None:
    first_dose(campaign, run_jobs, days_ago=28)
    later = first_dose(campaign, run_jobs, number=2)
    assert SecondDose.objects.get().ended_because == "released"
    dose_actions.mark_entered_in_error(by=BY, dose=later, reason="Tidak jadi disuntik")
    other = campaign.other()
    dose = dose_actions.record_dose(
        by=BY,
        dose=NewDose(
            uuid=uuid4(), person=other.person, campaign="covid-19", vaccine="sinovac", number=1, volume_ul=DOSE,
            given_at=current_time.now(), site=campaign.district.one, lot=campaign.district.lot,
        ),
    )  # fmt: skip
    run_jobs()
    assert SecondDose.objects.get(first_dose=dose.uuid).kept
    dose_actions.mark_entered_in_error(by=BY, dose=dose, reason="Salah catat")
    run_jobs()
    assert SecondDose.objects.get(first_dose=dose.uuid).ended_because == "released"


def test_boosters_are_kept_where_the_campaign_says_so(campaign: Campaign, run_jobs: RunJobs, monkeypatch) -> None:
    series = campaign_of("covid-19").series["covid-19"]
    monkeypatch.setitem(series.__dict__, "kept", (2, 3))
    first_dose(campaign, run_jobs, source="demo", days_ago=40)
    later = first_dose(campaign, run_jobs, number=2)
    kept = SecondDose.objects.get()
    assert (kept.first_dose, kept.due_on > today()) == (later.uuid, True)


def test_a_duplicate_frees_the_kept_dose_and_its_correction_keeps_it_again(
    campaign: Campaign, run_jobs: RunJobs
) -> None:
    here = first_dose(campaign, run_jobs, days_ago=1)
    assert SecondDose.objects.get().kept
    elsewhere = dose_actions.record_dose(
        by=BY,
        dose=NewDose(
            uuid=uuid4(), person=campaign.rina.person, campaign="covid-19", vaccine="sinovac", number=1,
            volume_ul=DOSE, given_on=today() - timedelta(days=60), source="satusehat", agency=here.agency,
        ),
    )  # fmt: skip
    run_jobs()
    assert (SecondDose.objects.get().ended_because, campaign.district.doses("second")) == ("released", 0)
    dose_actions.mark_entered_in_error(by=BY, dose=elsewhere, reason="Orang lain")
    run_jobs()
    assert (SecondDose.objects.get().kept, campaign.district.doses("second")) == (True, DOSE)
    assert list(verification.differences()) == []


def test_records_that_are_merged_free_what_is_not_needed(campaign: Campaign, run_jobs: RunJobs) -> None:
    first_dose(campaign, run_jobs, days_ago=1)
    other = campaign.other(name="Rina Contoh", born=date(1990, 4, 5)).person
    dose_actions.record_dose(
        by=BY,
        dose=NewDose(
            uuid=uuid4(), person=other, campaign="covid-19", vaccine="sinovac", number=1, volume_ul=DOSE,
            given_on=today() - timedelta(days=60), source="demo", site=campaign.district.other, lot_number="A1",
        ),
    )  # fmt: skip
    run_jobs()
    assert SecondDose.objects.get().kept
    town.proved(campaign.rina)
    merge_persons(by=BY, first=campaign.rina.person, second=other, reason="Satu orang, dibandingkan dengan kartu")
    run_jobs()
    assert SecondDose.objects.get().ended_because == "released"


def test_a_dose_given_elsewhere_gives_the_appointment_up(campaign: Campaign, run_jobs: RunJobs) -> None:
    registration = campaign.register()
    booked = actions.book(by=campaign.by, registration=registration, slot=campaign.session.pk)
    taken = Quota.objects.get(slot=campaign.session.pk, group="").taken
    first_dose(campaign, run_jobs, site=campaign.district.other)
    booked.refresh_from_db()
    assert booked.booking
    assert (booked.state, booked.booking.state) == ("given", "cancelled")
    assert Quota.objects.get(slot=campaign.session.pk, group="").taken == taken - 1
    assert list(verification.differences()) == []
