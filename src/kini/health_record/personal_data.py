"""Personal data of shares, for copy, notice and deletion."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.health_record.models import Share
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.records.public import health_sections


def _shares(subject: DataSubject) -> Iterator[DataRecord]:
    for share in Share.objects.filter(user=subject.user).select_related("resident").order_by("created_at"):
        known = (health_sections.find(name) for name in share.sections)
        yield {
            "number": share.reference,
            "whose": share.resident.name,
            "parts": [str(section.label) for section in known if section],
            "since": share.created_at,
            "until": share.revoked_at or share.ends_at,
        }


def _erase_shares(by: Actor, subject: DataSubject) -> int:
    return Share.objects.filter(user=subject.user).delete()[0]


def register() -> None:
    """Register the category; called once at start."""
    category = PersonalDataCategory(
        "health_record.shares",
        _("Health records that you showed"),
        _("Which parts of a health record you showed by a code, and until when"),
        _("So that a doctor can read what you choose, and you see who did"),
        LegalBasis.CONSENT,
        _("You, and those to whom you gave the code"),
        {
            "number": _("Number"),
            "whose": _("Whose record"),
            "parts": _("Parts"),
            "since": _("Since"),
            "until": _("Until"),
        },
        _shares,
        rules=("health_record.shares",),
        erase=_erase_shares,
        optional="health-record-shares",
    )
    personal_data_categories.register(category.name, category)
