"""Actions on next doses: compute them from the doses of a person, keep the second one, and mark who was told."""

from datetime import date, timedelta

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.vaccination.campaigns.campaign_files import campaigns
from kini.vaccination.campaigns.eligibility import evaluate_series
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.queries import doses_of
from kini.vaccination.registrations import queries
from kini.vaccination.registrations.fast_rows import facts_of
from kini.vaccination.registrations.models import NextDose
from kini.vaccination.registrations.queries import Statements
from kini.vaccination.sites import second_doses
from kini.vaccination.sites.models import SecondDose
from kini.vaccination.sites.second_doses import KeptDose

#: How long a second dose is kept after its best day where the rules name no last day.
KEPT_FOR = timedelta(days=28)


@action
def follow_doses(*, by: Actor, person: Person) -> int:
    """Recompute the next doses of a person; idempotent. Return how many there are."""
    root = people_queries.root_of(person)
    Person.objects.select_for_update(no_key=True).get(pk=root.pk)
    doses = list(doses_of(root))
    kept: list[int] = []
    for name, campaign in campaigns().items():
        for series in campaign.series:
            own = [dose for dose in doses if campaign.series_of(dose.vaccine) == series]
            if own and (row := _store(root, name, series, own[-1])):
                kept.append(row.pk)
    ids = people_queries.person_tree(root.pk)
    ended, _rows = NextDose.objects.filter(person__in=ids).exclude(pk__in=kept).delete()
    detail = {"next": len(kept), "ended": ended}
    audit.record(by=by, action="vaccination.next-doses-computed", subject=f"person:{root.pk}", detail=detail)
    return len(kept)


def _store(person: Person, name: str, series: str, last: Dose) -> NextDose | None:
    campaign = campaigns()[name]
    facts = facts_of(person.pk, campaign.disease)
    subject = queries.subject_of(person, campaign, Statements(proofs=[last.group] if last.group else []), facts)
    # Of the day of the last dose, so that the due day does not move on while nobody comes.
    eligibility = evaluate_series(campaign, series, subject, facts.doses, last.given_on)
    if eligibility.number is None or eligibility.recommended is None:
        return None
    values = {
        "number": eligibility.number,
        "last_vaccine": last.vaccine,
        "last_given_on": last.given_on,
        "due_on": eligibility.recommended,
        "missed_after": max(eligibility.latest, eligibility.recommended) if eligibility.latest else None,
        "site_id": last.site_id,
        "facility_id": last.facility_id,
        "agency_id": last.agency_id,
        "area_path": last.site_area_path,
    }
    row, created = NextDose.objects.get_or_create(person=person, campaign=name, series=series, defaults=values)
    if not created:
        if (row.number, row.due_on) != (values["number"], values["due_on"]):
            values |= {"due_told_at": None, "missed_told_at": None}
        for field, value in values.items():
            setattr(row, field, value)
        row.save()
    return row


@action
def keep_next_dose(*, by: Actor, person: Person, campaign: str, series: str) -> SecondDose | None:
    """Keep the next dose of a series at the site that gave the last one, if the campaign has it kept; idempotent.

    All else that is kept of the series is freed: it was used, or doses that became known since show that it is not
    needed. Nothing is kept for somebody who has an appointment for the dose.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    person, about = people_queries.root_of(person), campaigns()[campaign]
    vaccines = about.series[series].vaccines
    last = doses_of(person).filter(campaign=campaign, vaccine__in=vaccines).select_related("site").last()
    wanted = _kept_dose(person, campaign, series, last) if last else None
    for kept in queries.open_kept_doses(person, campaign, vaccines):
        if wanted is None or last is None or kept.first_dose != last.uuid:
            second_doses.release(by=by, first_dose=kept.first_dose)
    if wanted is None or last is None or last.site is None:
        return None
    return second_doses.keep(by=by, site=last.site, first_dose=last.uuid, dose=wanted)


def _kept_dose(person: Person, campaign: str, series: str, last: Dose) -> KeptDose | None:
    """Dose that is kept since the last one, of its vaccine if the rules have it; None: nothing is kept."""
    about = campaigns()[campaign]
    if last.source != "site" or last.site is None:
        return None
    statements = Statements(proofs=[last.group] if last.group else [])
    eligibility = queries.eligibility_of(person, about, last.given_on, statements, series)
    if eligibility.number not in about.series[series].kept or eligibility.recommended is None:
        return None
    if queries.has_appointment(person, campaign, series, eligibility.number):
        return None
    option = next((each for each in eligibility.options if each.vaccine == last.vaccine), eligibility.options[0])
    until = eligibility.latest or eligibility.recommended + KEPT_FOR
    return KeptDose(campaign, option.vaccine, option.volume_ul, eligibility.recommended, until)


@action
def mark_told(*, by: Actor, dose: NextDose, field: str, day: date) -> None:
    """Mark a next dose as told: `due_told_at` or `missed_told_at`."""
    NextDose.objects.filter(pk=dose.pk).update(**{field: current_time.now()})
    audit.record(
        by=by, action="vaccination.next-dose-told", subject=f"person:{dose.person_id}", detail={"day": str(day)}
    )
