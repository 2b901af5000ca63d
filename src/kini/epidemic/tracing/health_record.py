"""Section of a person's health record: follow-up as a contact of a case."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.epidemic.case_records.labels import disease_name
from kini.epidemic.tracing.models import Contact, FollowUp
from kini.epidemic.tracing.personal_data import FOLLOW_UP_LABELS
from kini.records.public import HealthEntry, HealthSection, Subject, health_sections
from kini.web import formats


def _contacts(subject: Subject) -> Iterator[HealthEntry]:
    today = formats.today()
    contacts = Contact.objects.filter(person__in=subject.person_ids).select_related("unit")
    for each in contacts.order_by("-last_exposure_on", "-pk"):
        answered = each.last_seen_on == today
        quarantine = each.quarantine_until if each.is_open else None
        lines = (
            _("Last contact on %(day)s") % {"day": formats.day_long(each.last_exposure_on)},
            _("Follow-up until %(day)s") % {"day": formats.day_long(each.follow_up_until)},
            _("Stay at home until %(day)s") % {"day": formats.day_long(quarantine)} if quarantine else "",
            _("You answered today. Thank you.") if each.is_open and answered else "",
            str(each.unit) if each.unit else "",
        )
        asks = bool(each.is_open and each.answer_code and not answered)
        yield HealthEntry(
            _("You were near somebody with %(disease)s") % {"disease": disease_name(each.disease)},
            each.last_exposure_on,
            tuple(filter(None, lines)),
            str(FOLLOW_UP_LABELS[FollowUp(each.follow_up)]),
            "warn" if each.is_open else "neutral",
            each.reference,
            reverse("epidemic:daily-check", args=[each.answer_code]) if each.is_open and each.answer_code else "",
            _("Answer how you are today"),
            needs_you=asks,
            changed_at=each.created_at,
        )


def register() -> None:
    """Register the section; called once at start."""
    section = HealthSection(
        *(gettext_lazy("Contact with an illness"), "people", 45, _contacts),
        gettext_lazy("Noted by the tracers of your health centre; deleted 30 days after the follow-up."),
        gettext_lazy("Tell the tracer who calls you, or your health centre."),
        shared=False,
    )
    health_sections.register("contacts", section)
