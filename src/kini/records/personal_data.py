"""Personal data of records, for copy, notice and deletion: consents, and emergency accesses to somebody's data."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.people.public import (
    DataRecord,
    DataSubject,
    LegalBasis,
    PersonalDataCategory,
    access_purposes,
    personal_data_categories,
)
from kini.records import actions, queries
from kini.records.consent_purposes import consent_purposes
from kini.records.models import BreakGlass, ConsentStatement


def _consents(person: DataSubject) -> Iterator[DataRecord]:
    for statement in ConsentStatement.objects.filter(resident=person.resident).order_by("since"):
        purpose = consent_purposes.find(statement.purpose)
        yield {
            "at": statement.since,
            "what": _("Given") if statement.last_day else _("Withdrawn"),
            "purpose": str(purpose.label if purpose else statement.purpose),
            "words": statement.words,
            "until": statement.last_day,
            "for": statement.reference,
        }


def _withdraw_all(by: Actor, person: DataSubject) -> int:
    running = [each for each, in_force in queries.consents_of([person.resident.pk]) if in_force]
    for statement in running:
        actions.withdraw_consent(
            by=by, resident=person.resident, purpose=statement.purpose, reference=statement.reference
        )
    return len(running)


def _emergencies(person: DataSubject) -> Iterator[DataRecord]:
    verdicts = {"justified": _("Justified"), "unjustified": _("Not justified"), "": _("Not judged yet")}
    for access in BreakGlass.objects.filter(subject=person.resident).select_related("officer").order_by("opened_at"):
        reason = f"{access_purposes.purpose_label(access.reason)}: {access.note}"
        own = {"at": access.opened_at, "who": access.officer.name, "what": access.number, "reason": reason}
        yield own | {"verdict": verdicts[access.verdict]}


def register() -> None:
    """Register the categories of this room; called once at start."""
    for category in (
        PersonalDataCategory(
            "records.consents",
            _("Consents"),
            _("What you agreed to, in which words, until when, and what you withdrew"),
            _("So that your data is used for these things only while you agree"),
            LegalBasis.CONSENT,
            _("You, and officers who rely on a consent"),
            {
                "at": _("When"),
                "what": _("What"),
                "purpose": _("What for"),
                "words": _("In these words"),
                "until": _("Until"),
                "for": _("Case"),
            },
            _consents,
            rules=("records.consents",),
            erase=_withdraw_all,
            stays=_("That you agreed, and when you withdrew it, stays on record without your name."),
        ),
        PersonalDataCategory(
            "records.emergencies",
            _("Emergency access to your data"),
            _("Which officer opened what outside their usual work, why, and whether that was justified"),
            _("So that help comes in time, and misuse is found"),
            LegalBasis.VITAL,
            _("You, and the heads of the agencies"),
            {
                "at": _("When"),
                "who": _("Officer"),
                "what": _("What"),
                "reason": _("Reason"),
                "verdict": _("Judged"),
            },
            _emergencies,
            rules=("records.emergencies", "records.memberships"),
            stays=_("Who opened your data in an emergency stays on record, so that misuse can be found."),
        ),
    ):
        personal_data_categories.register(category.name, category)
