"""A site's day for a vaccinator's phone: appointments with what is needed to compare, questions, lots; and its key.

The phone keeps it encrypted under the key, which only an officer gets who is signed in and works at the site. Key and
day are of one officer, one site and one day; the phone forgets both after the day and with the sign-out.
"""

from datetime import date
from typing import Any

from kini.booking.models import Booking
from kini.core.actors import Actor
from kini.core.crypto import permanent_hash
from kini.core.dated_rules import require_rule_in_force
from kini.people.models import Person
from kini.vaccination.campaigns.campaign_files import campaigns, vaccine_name
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.screening import questions_for
from kini.vaccination.campaigns.subject import Subject
from kini.vaccination.sites.models import Site
from kini.vaccination.visits import dose_choices, queries, safety_checks
from kini.vaccination.visits.models import AdverseEvent
from kini.web.formats import city_time

#: Usual values of a number that the phone offers, so that one tap enters it.
MOST_VALUES = 10


def key_of(by: Actor, site: Site, day: date) -> bytes:
    """Return the key of 256 bits under which the phone keeps a day."""
    return permanent_hash(f"{by.user_id} {site.pk} {day.isoformat()}", "vaccination.phone")[:32]


def day_file(by: Actor, site: Site, day: date) -> dict[str, Any]:
    """Return a day as JSON has it. The caller logs the reads of its persons."""
    booked = list(queries.appointments(site, day))
    waiting = list(queries.waiting(site))
    people = [
        *((queries.person_of(each), each.slot.vaccination_session.campaign, each) for each in booked),
        *((each.person, each.campaign, each.booking) for each in waiting),
    ]
    persons = [person for person, _campaign, _booking in people]
    queries.log_persons(by, persons)
    reacted = set(AdverseEvent.objects.filter(dose__person__in=persons).values_list("dose__person_id", flat=True))
    views = [
        _person_view(site, person, campaign, booking, day, person.pk in reacted) for person, campaign, booking in people
    ]
    own = [{"booking": each.reference, "time": f"{city_time(each.slot.starts_at):%H.%M}"} for each in booked]
    own += [{"visit": str(each.uuid), "time": ""} for each in waiting]
    return {
        "day": day.isoformat(),
        "site": site.pk,
        "people": [view | keys for view, keys in zip(views, own, strict=True)],
        "campaigns": {name: _campaign_view(each, day) for name, each in campaigns().items()},
        "lots": [
            {
                "id": each.lot.pk,
                "number": each.lot.number,
                "vaccine": each.lot.vaccine,
                "name": vaccine_name(each.lot.vaccine),
                "opened": each.opened,
            }
            for each in queries.usable_lots(site, day)
        ],
    }


def _person_view(
    site: Site, person: Person, campaign: str, booking: Booking | None, day: date, reacted: bool
) -> dict[str, Any]:
    details = queries.details_at(person, booking)
    eligible = safety_checks.eligibility_of(campaigns()[campaign], person, queries.registration_of(booking), day)
    choices = dose_choices.choices_for(site, person, campaign, booking, {})
    first = next((each for each in choices if each.series == eligible.series), None)
    return {
        "name": details.name,
        "dose": first.name if first else "",
        "others": [
            {
                "name": each.name,
                "vaccines": [option.vaccine for option in each.eligibility.options],
                "booked": each.booked,
            }
            for each in choices
            if each is not first
        ],
        "born": details.birth_date.isoformat() if details.birth_date else "",
        "precision": details.birth_precision,
        "sex": details.sex,
        "campaign": campaign,
        "may": eligible.may,
        "number": eligible.number,
        "vaccines": [each.vaccine for each in eligible.options],
        "because": " ".join(map(str, eligible.reasons)),
        "reacted": reacted,
    }


def _campaign_view(campaign: Campaign, day: date) -> dict[str, Any]:
    """Questions for everybody; the phone leaves out those of another sex or age."""
    everybody = questions_for(campaign, Subject(None), day)
    after = require_rule_in_force(campaign.after_dose, day)
    return {
        "observe": after.observe_minutes,
        "observeReacted": after.after_reaction_minutes,
        "name": str(campaign.name),
        "vaccines": sorted({vaccine for series in campaign.series.values() for vaccine in series.vaccines}),
        "questions": [
            {
                "id": name,
                "text": str(each.text),
                "hint": str(each.hint or ""),
                "number": each.kind == "number",
                "unit": each.unit,
                "sex": each.sex,
                "from": each.from_age.after(date(2000, 1, 1)).toordinal() - date(2000, 1, 1).toordinal()
                if each.from_age
                else 0,
                "below": each.below_age.after(date(2000, 1, 1)).toordinal() - date(2000, 1, 1).toordinal()
                if each.below_age
                else 0,
                "values": usual_values(each.at_least, each.at_most),
                "least": each.at_least,
                "most": each.at_most,
                "usual": "no" if each.yes else "yes",
                "meanings": {
                    key: {"result": meaning.result, "because": str(meaning.because), "vaccines": list(meaning.vaccines)}
                    for key, meaning in each.meanings.items()
                },
            }
            for name, each in everybody.items()
        ],
    }


def usual_values(least: float | None, most: float | None) -> list[str]:
    """Return values within the limits that one tap enters, rising: tens of large numbers, steps of 0.2 of small ones.

    >>> usual_values(34, 37.4)[-3:], usual_values(80, 139)
    (['37.0', '37.2', '37.4'], ['80', '90', '100', '110', '120', '130'])
    """
    if least is None or most is None:
        return []
    if most > 50:
        return [str(value) for value in range(int(most) // 10 * 10, int(least) - 1, -10)][:MOST_VALUES][::-1]
    count = min(MOST_VALUES, int((most - least) / 0.2) + 1)
    return [f"{most - 0.2 * step:.1f}" for step in range(count)][::-1]
