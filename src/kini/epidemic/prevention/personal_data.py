"""Personal data of prevention and care."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kini.core.actors import Actor
from kini.epidemic.prevention.models import AlertSubscription, SelfAssessment
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories


def _self_assessments(person: DataSubject) -> Iterator[DataRecord]:
    for each in SelfAssessment.objects.filter(user=person.user).order_by("at"):
        answers = [
            f"{name}: {', '.join(value) if isinstance(value, list) else value}" for name, value in each.answers.items()
        ]
        yield {"disease": each.disease, "at": each.at, "level": each.level, "points": each.points, "answers": answers}


def _erase_self_assessments(by: Actor, person: DataSubject) -> int:
    return SelfAssessment.objects.filter(user=person.user).delete()[0]


def _subscriptions(person: DataSubject) -> Iterator[DataRecord]:
    for each in AlertSubscription.objects.filter(user=person.user).select_related("area").order_by("since"):
        yield {"area": each.area.name, "since": each.since}


def _erase_subscriptions(by: Actor, person: DataSubject) -> int:
    return AlertSubscription.objects.filter(user=person.user).delete()[0]


def register() -> None:
    """Register the part's personal data at start-up."""
    category = PersonalDataCategory(
        "epidemic.self-assessments",
        _("Self-assessments"),
        _("Your answers to questions about symptoms, with the result"),
        _("To show you your result again"),
        LegalBasis.CONSENT,
        _("You"),
        {
            "disease": _("Disease"),
            "at": _("When"),
            "level": _("Level"),
            "points": pgettext_lazy("score", "Points"),
            "answers": _("Answers"),
        },
        _self_assessments,
        rules=("epidemic.self-assessments",),
        erase=_erase_self_assessments,
        optional="self-assessment",
    )
    personal_data_categories.register(category.name, category)
    category = PersonalDataCategory(
        "epidemic.alert-areas",
        _("Areas of health alerts"),
        _("Areas of which you want health alerts"),
        _("To tell you about health alerts there"),
        LegalBasis.CONSENT,
        _("You"),
        {"area": _("Area"), "since": _("Since")},
        _subscriptions,
        erase=_erase_subscriptions,
        optional="health-alerts",
    )
    personal_data_categories.register(category.name, category)
