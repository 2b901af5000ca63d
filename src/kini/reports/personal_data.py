"""Personal data of this room: reports of others that a person follows, and areas."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, PersonalFile
from kini.people.public import personal_data_categories as categories
from kini.reports.models import AreaSubscription, Follower


def _rows(person: DataSubject) -> QuerySet[Follower]:
    return Follower.objects.filter(user=person.user).select_related("case").order_by("at")


def _followed(person: DataSubject) -> Iterator[DataRecord]:
    for each in _rows(person):
        yield {"report": each.case.reference, "at": each.at}


def _photos(person: DataSubject) -> Iterator[PersonalFile]:
    for each in _rows(person).exclude(sha256=""):
        yield PersonalFile(each.sha256, f"followed/{each.case.reference}", each.size)


def _erase(by: Actor, person: DataSubject) -> int:
    count, _models = Follower.objects.filter(user=person.user).delete()
    return count


def _areas(person: DataSubject) -> Iterator[DataRecord]:
    for each in AreaSubscription.objects.filter(user=person.user).select_related("area").order_by("since"):
        yield {"area": each.area.name, "since": each.since}


def _erase_areas(by: Actor, person: DataSubject) -> int:
    return AreaSubscription.objects.filter(user=person.user).delete()[0]


def register() -> None:
    """Register the categories; called once at start."""
    category = PersonalDataCategory(
        "reports.followed",
        _("Reports you follow"),
        _("Reports of others about a problem that you have, too, with your photo of it"),
        _("To tell you what happens"),
        LegalBasis.TASK,
        _("You; officers see the photo and not who took it"),
        {"report": _("Number"), "at": _("Since")},
        _followed,
        rules=("reports.followers",),
        files=_photos,
        erase=_erase,
    )
    categories.register(category.name, category)
    category = PersonalDataCategory(
        "reports.areas",
        _("Areas whose reports you follow"),
        _("Areas about whose public reports you want messages"),
        _("To tell you what is new there"),
        LegalBasis.CONSENT,
        _("You"),
        {"area": _("Area"), "since": _("Since")},
        _areas,
        erase=_erase_areas,
        optional="report-areas",
    )
    categories.register(category.name, category)
