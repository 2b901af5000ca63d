"""Sections of a person's health record: registrations for a dose, and what comes next by the rules of registrations."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.records.public import HealthEntry, HealthSection, Subject, health_sections
from kini.vaccination.campaigns.campaign_files import campaign_name, campaigns, vaccine_name
from kini.vaccination.campaigns.eligibility import Eligibility, schedule
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.registrations import notifications, queries
from kini.vaccination.registrations.fast_rows import facts_of
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import NOTHING_STATED
from kini.web import formats


def _registrations(subject: Subject) -> Iterator[HealthEntry]:
    """Registrations that are not over, with their appointment."""
    for each in _active(subject).filter(together_with=None).order_by("created_at", "pk"):
        if each.campaign in campaigns():
            yield _registration(each)


def _active(subject: Subject) -> QuerySet[Registration]:
    return queries.registrations().filter(person__in=subject.person_ids, state__in=Registration.ACTIVE)


def _registration(each: Registration) -> HealthEntry:
    slot = each.booking.slot if each.booking and each.state == "booked" else None
    lines = (
        (
            formats.moment(slot.starts_at),
            notifications.place_name(each),
            _("Bring: %(papers)s") % {"papers": ", ".join(notifications.bring(each))},
        )
        if slot
        else (_("No appointment yet"),)
    )
    return HealthEntry(
        _("%(campaign)s, dose %(number)s")
        % {
            "campaign": campaign_name(each.campaign),
            "number": ", ".join(row.dose_name for row in queries.members_of(each)),
        },
        formats.city_time(slot.starts_at).date() if slot else each.possible_from,
        lines,
        _("Booked") if slot else _("Registered"),
        "info",
        each.reference,
        reverse("vaccination:registration", args=[each.reference]),
        _("Code, other time or cancel") if slot else _("Choose place and time"),
        changed_at=each.booking.made_at if slot and each.booking else each.created_at,
    )


def _next_doses(subject: Subject) -> Iterator[HealthEntry]:
    """Next dose of each series that the person may begin or go on with, and is not registered for: from when, why."""
    person, today = subject.resident.person, formats.today()
    actives = list(_active(subject))
    for name, campaign in campaigns().items():
        facts = facts_of(person.pk, campaign.disease)
        seen = queries.subject_of(person, campaign, NOTHING_STATED, facts)
        registered = {(active.series, active.number) for active in actives if active.campaign == name}
        for each in schedule(campaign, seen, facts.doses, today):
            if each.number is not None and each.earliest is not None and (each.series, each.number) not in registered:
                yield _next_dose(campaign, each)


def _next_dose(campaign: Campaign, each: Eligibility) -> HealthEntry:
    assert each.earliest is not None
    names = ", ".join(vaccine_name(option.vaccine) for option in each.options)
    latest = _("Best on %(day)s") % {"day": formats.day_long(each.recommended)} if each.recommended else ""
    lines = (
        _("With %(vaccines)s") % {"vaccines": names} if names else "",
        "" if each.may else latest,
        *(reason.sentence for reason in each.reasons[:2]),
    )
    series = str(campaign.series[each.series].name)
    return HealthEntry(
        _("%(series)s, dose %(number)d") % {"series": series, "number": each.number or 1},
        each.earliest,
        tuple(filter(None, lines)),
        _("Possible now") if each.may else _("From %(day)s") % {"day": formats.day_long(each.earliest)},
        "info" if each.may else "neutral",
        link=reverse("services:service", args=[campaign.service]),
        link_text=_("Choose place and time"),
    )


def register() -> None:
    """Register the sections; called once at start."""
    registrations = HealthSection(
        *(gettext_lazy("Vaccination appointments"), "calendar", 4, _registrations),
        gettext_lazy("Your registrations for a vaccination, as they stand at this moment."),
        gettext_lazy("Open the registration to choose another time, or to cancel."),
        shared=False,
    )
    health_sections.register("registrations", registrations)
    section = HealthSection(
        *(gettext_lazy("What comes next"), "calendar", 5, _next_doses),
        gettext_lazy("Computed today from your doses, age and illnesses by the rules of each campaign."),
        gettext_lazy("Is a dose missing below? Bring its paper or card to a health centre, which enters it."),
        shared=False,
    )
    health_sections.register("next-doses", section)
