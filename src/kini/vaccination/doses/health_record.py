"""Section of a person's health record: doses of vaccines."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.records.public import CVX, SNOMED, Code, HealthEntry, HealthSection, Immunization, Subject, health_sections
from kini.vaccination.campaigns.campaign_files import campaign_name, vaccine_name, vaccines
from kini.vaccination.doses.models import Dose
from kini.web import formats


def _doses(subject: Subject) -> Iterator[HealthEntry]:
    doses = Dose.objects.filter(person__in=subject.person_ids).exclude(state="entered-in-error")
    for dose in doses.select_related("lot", "site").prefetch_related("disputes").order_by("-given_on", "-pk"):
        yield _dose(dose)


def _dose(dose: Dose) -> HealthEntry:
    vaccine, name = vaccines().get(dose.vaccine), vaccine_name(dose.vaccine)
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
            target=campaign_name(dose.campaign),
            lot=lot,
            place=place,
            not_done=not_done,
        ),
    )


def register() -> None:
    """Register the section; called once at start."""
    section = HealthSection(
        *(gettext_lazy("Vaccinations"), "shield", 10, _doses),
        gettext_lazy(
            "Recorded where the dose was given, or brought from elsewhere; shown as it stands at this moment."
        ),
        gettext_lazy("Say what is wrong below the dose. An officer compares it with the papers of the site."),
    )
    health_sections.register("doses", section)
