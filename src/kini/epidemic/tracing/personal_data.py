"""Personal data of tracing: a person as the contact of a case. Nobody learns from it whose contact they were."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.tracing.models import Contact, ContactStatus, FollowUp
from kini.people import queries as people_queries
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories

FOLLOW_UP_LABELS = {
    FollowUp.NONE: _("Advice only, no follow-up"),
    FollowUp.UNDER: _("Under follow-up"),
    FollowUp.COMPLETED: _("Follow-up completed"),
    FollowUp.CANCELLED: _("Follow-up cancelled"),
    FollowUp.LOST: _("Could not be reached any more"),
}
STATUS_LABELS = {
    ContactStatus.ACTIVE: _("Contact"),
    ContactStatus.CONVERTED: _("Became a case"),
    ContactStatus.DROPPED: _("Was no contact"),
}


def _contacts(subject: DataSubject) -> Iterator[DataRecord]:
    known = diseases()
    persons = people_queries.person_tree(subject.resident.person_id)
    for each in Contact.objects.filter(person__in=persons).prefetch_related("checks").order_by("created_at"):
        disease = known.get(each.disease)
        symptoms = disease.symptoms if disease else {}
        yield {
            "at": each.created_at,
            "number": each.reference,
            "disease": str(disease.name) if disease else each.disease,
            "exposed": each.last_exposure_on,
            "until": each.follow_up_until,
            "quarantine": each.quarantine_until,
            "state": f"{STATUS_LABELS[ContactStatus(each.status)]}. {FOLLOW_UP_LABELS[FollowUp(each.follow_up)]}",
            "checks": [
                f"{check.day}: {', '.join(str(symptoms[s].name) for s in check.symptoms if s in symptoms) or '-'}"
                for check in sorted(each.checks.all(), key=lambda check: check.at)
                if check.reached
            ],
        }


def register() -> None:
    """Register the category; called once at start."""
    category = PersonalDataCategory(
        "epidemic.contacts",
        _("Contact with a case of illness"),
        _("That you were near somebody who fell ill, when, how you were day by day, and until when you stayed at home"),
        _("So that you get help in time, and the illness does not go on"),
        LegalBasis.TASK,
        _("You, and the tracers of your health centre; every look is logged"),
        {
            "at": _("When"),
            "number": _("Number"),
            "disease": _("Disease"),
            "exposed": _("Last day of the contact"),
            "until": _("Follow-up until"),
            "quarantine": _("Quarantine until"),
            "state": _("State"),
            "checks": _("Daily checks"),
        },
        _contacts,
        rules=("epidemic.contacts",),
        stays=_("It is deleted 30 days after the follow-up. Until then the health centre needs it to help others."),
    )
    personal_data_categories.register(category.name, category)
