"""Sections of a person's health record: doses of vaccines, and what comes next."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.epidemic.models import CaseRecord
from kini.people.public import details_of
from kini.records.public import Code, HealthEntry, HealthSection, Immunization, health_sections
from kini.records.public import Subject as RecordSubject
from kini.vaccination.campaigns.campaign_files import campaigns, vaccines
from kini.vaccination.campaigns.eligibility import Eligibility, schedule
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.subject import GivenDose, Subject
from kini.vaccination.doses.models import Dose
from kini.web import formats

CVX = "http://hl7.org/fhir/sid/cvx"
SNOMED = "http://snomed.info/sct"


def _doses(subject: RecordSubject) -> Iterator[HealthEntry]:
    doses = Dose.objects.filter(person__in=subject.person_ids).exclude(state="entered-in-error")
    for dose in doses.select_related("lot", "site").prefetch_related("disputes").order_by("-given_on", "-pk"):
        yield _dose(dose)


def _dose(dose: Dose) -> HealthEntry:
    vaccine, campaign = vaccines().get(dose.vaccine), campaigns().get(dose.campaign)
    name = str(vaccine.name) if vaccine else dose.vaccine
    lot = dose.lot.number if dose.lot else dose.lot_number
    place = dose.site.name if dose.site else dose.elsewhere
    not_done = dose.reason if dose.state == "not-done" else ""
    lines = (
        _("Given on %(day)s") % {"day": formats.day_long(dose.given_on)} if not not_done else "",
        place,
        _("Lot %(lot)s") % {"lot": lot} if lot else "",
        _("Not given: %(reason)s") % {"reason": not_done} if not_done else "",
        *(
            _("Answer to what you said: %(answer)s") % {"answer": each.answer}
            if each.decision
            else _("You said that something is wrong. This is being checked.")
            for each in dose.disputes.all()
        ),
    )
    codes = ((CVX, vaccine.codes.cvx), (SNOMED, vaccine.codes.snomed)) if vaccine else ()
    return HealthEntry(
        _("%(vaccine)s, dose %(number)d") % {"vaccine": name, "number": dose.number},
        dose.given_on,
        tuple(filter(None, lines)),
        _("Not given") if not_done else _("Given"),
        "neutral" if not_done else "ok",
        dose.reference,
        reverse("vaccination:dispute-dose", args=[dose.reference]),
        _("This is not mine, or it is wrong"),
        changed_at=dose.updated_at,
        fact=Immunization(
            *(dose.reference, dose.given_on, name),
            codes=tuple(Code(system, code) for system, code in codes if code),
            number=dose.number,
            target=str(campaign.name) if campaign else "",
            lot=lot,
            place=place,
            not_done=not_done,
        ),
    )


def _next_doses(subject: RecordSubject) -> Iterator[HealthEntry]:
    """Next dose of each series that the person has begun or may begin: from when, and why."""
    given = Dose.objects.filter(person__in=subject.person_ids, state="given")
    history = [GivenDose(*row) for row in given.values_list("vaccine", "number", "given_on")]
    today = formats.today()
    for campaign in campaigns().values():
        person = _person(subject, campaign)
        for each in schedule(campaign, person, history, today):
            if each.number is not None and each.earliest is not None:
                yield _next_dose(campaign, each)


def _person(subject: RecordSubject, campaign: Campaign) -> Subject:
    details = details_of(subject.resident.person)
    ill = CaseRecord.objects.filter(
        person__in=subject.person_ids, merged_into=None, disease=campaign.disease or "", classification="confirmed"
    )
    recovered = ill.exclude(outcome_on=None).order_by("-outcome_on").values_list("outcome_on", flat=True).first()
    return Subject(
        *(details.birth_date, details.birth_precision or "day", details.sex),
        recovered_on=recovered,
    )


def _next_dose(campaign: Campaign, each: Eligibility) -> HealthEntry:
    assert each.earliest is not None
    known = vaccines()
    names = ", ".join(str(known[option.vaccine].name) for option in each.options)
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
    section = HealthSection(
        *(gettext_lazy("Vaccinations"), "shield", 10, _doses),
        gettext_lazy(
            "Recorded where the dose was given, or brought from elsewhere; shown as it stands at this moment."
        ),
        gettext_lazy("Say what is wrong below the dose. An officer compares it with the papers of the site."),
    )
    health_sections.register("doses", section)
    section = HealthSection(
        *(gettext_lazy("What comes next"), "calendar", 5, _next_doses),
        gettext_lazy("Computed today from your doses, age and illnesses by the rules of each campaign."),
        gettext_lazy("Is a dose missing below? Bring its paper or card to a health centre, which enters it."),
        shared=False,
    )
    health_sections.register("next-doses", section)
