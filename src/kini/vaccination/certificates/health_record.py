"""Section of a person's health record: certificates of their doses, shown to those who may get them."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.people.models import Assurance
from kini.records.public import HealthEntry, HealthSection, Subject, health_sections
from kini.vaccination.certificates import queries
from kini.vaccination.certificates.queries import DoseCertificate
from kini.web import formats


def _certificates(subject: Subject) -> Iterator[HealthEntry]:
    """Certificates in force, and doses of which there may be one; none while the identity is not proved."""
    if subject.resident.assurance > Assurance.TYPED:
        yield from map(_entry, queries.certificates_of(subject.resident.person))


def _entry(each: DoseCertificate) -> HealthEntry:
    title = _("%(vaccine)s, dose %(number)d") % {"vaccine": each.vaccine, "number": each.dose.number}
    if each.certificate is None:
        text = _("Get the certificate")
        return HealthEntry(title, each.dose.given_on, link=reverse("vaccination:certificates"), link_text=text)
    return HealthEntry(
        title,
        each.dose.given_on,
        (_("Valid until %(day)s") % {"day": formats.day_long(each.certificate.expires_at)},),
        _("In force"),
        "ok",
        link=reverse("vaccination:certificate", args=[each.dose.reference]),
        link_text=_("Show the certificate"),
        changed_at=each.certificate.issued_at,
    )


def register() -> None:
    """Register the section; called once at start."""
    section = HealthSection(
        *(gettext_lazy("Certificates"), "shield", 15, _certificates),
        gettext_lazy("Made from a recorded dose when you ask for it, with a code that gates and other countries read."),
        gettext_lazy("Say what is wrong below the vaccination. A corrected dose gets a new certificate."),
        shared=False,
    )
    health_sections.register("certificates", section)
