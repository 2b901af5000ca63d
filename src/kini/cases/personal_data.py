"""Personal data in cases, for copy and deletion: requests with answers, documents and history, and drafts."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kini.cases import actions, queries, rules
from kini.cases.access import own_or_family_q
from kini.cases.case_view import CaseView, case_view
from kini.cases.models import Attachment, Case, Draft, Rating
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.people.public import (
    DataRecord,
    DataSubject,
    LegalBasis,
    PersonalDataCategory,
    PersonalFile,
    personal_data_categories,
)
from kini.services.public import builtin_services, kinds, snapshot_of
from kini.web import formats


def _actor(person: DataSubject) -> Actor:
    return Actor(ActorKind.RESIDENT, person.user.pk)


def _requests(person: DataSubject) -> Iterator[DataRecord]:
    for case in queries.my_cases(_actor(person)).order_by("opened_at"):
        view = case_view(_actor(person), queries.own_case(_actor(person), case.reference))
        rating = Rating.objects.filter(case=case).order_by("-at").first()
        yield {
            "reference": case.reference,
            "service": str(view.title),
            "for": view.person,
            "opened_at": case.opened_at,
            "state": view.word,
            "closed_at": case.closed_at,
            "answers": list(_answers(view)),
            "history": list(_history(view)),
            "rating": f"{rating.score} {rating.text}".strip() if rating else "",
        }


def _answers(view: CaseView) -> Iterator[str]:
    for section in view.sections:
        for row in section.rows:
            yield f"{row.label}: {row.text or ', '.join(each.name for each in row.files)}"


def _history(view: CaseView) -> Iterator[str]:
    for line in view.lines:
        inputs = " ".join(f"{label}: {text}" for label, text in line.said)
        yield f"{formats.moment(line.at)}: {line.sentence} {inputs}".strip()


def _documents(person: DataSubject) -> Iterator[PersonalFile]:
    cases = Case.objects.filter(own_or_family_q(person.user.pk))
    for each in Attachment.objects.filter(case__in=cases).select_related("case").order_by("case_id", "uploaded_at"):
        if each.sha256:
            reference = each.case.reference if each.case else ""
            yield PersonalFile(each.sha256, f"{reference}/{each.slot}-{str(each.pk)[:8]}-{each.name}", each.size)


def _withdraw_open(by: Actor, person: DataSubject) -> int:
    """Withdraw open cases where their flow allows it; the others continue without the account."""
    open_cases = Case.objects.filter(resident=person.resident, closed_at=None)
    open_cases = open_cases.exclude(service__category__in=builtin_services.builtin_categories())
    return sum(_withdrawn(by, case) for case in open_cases)


def _withdrawn(by: Actor, case: Case) -> bool:
    edge = rules.edge_of(snapshot_of(case.version).flow, case.state, rules.WITHDRAW)
    if edge is None:
        return False
    try:
        actions.withdraw(by=by, case=case)
    except ActionRefused:
        return False
    return True


def _own_drafts(person: DataSubject) -> QuerySet[Draft]:
    return Draft.objects.filter(owner=person.user, case__isnull=True)


def _drafts(person: DataSubject) -> Iterator[DataRecord]:
    for draft in _own_drafts(person).select_related("version__service").order_by("created_at"):
        snapshot = snapshot_of(draft.version)
        title = kinds.get(draft.version.service.kind).title(snapshot.definition)
        yield {"service": str(title), "began": draft.created_at, "until": draft.expires_at}


def _draft_files(person: DataSubject) -> Iterator[PersonalFile]:
    for each in Attachment.objects.filter(draft__in=_own_drafts(person), case=None):
        yield PersonalFile(each.sha256, f"drafts/{each.slot}-{str(each.pk)[:8]}-{each.name}", each.size)


def _erase_drafts(by: Actor, person: DataSubject) -> int:
    drafts = list(_own_drafts(person))
    for draft in drafts:
        actions.discard_draft(by=by, draft=draft)
    return len(drafts)


def register() -> None:
    """Register this room's personal data. Called once from `AppConfig.ready`."""
    for each in (
        PersonalDataCategory(
            "cases.requests",
            _("Requests"),
            _("What you asked for: answers, documents, every step, decisions, your rating"),
            _("To decide on it, and to show later how it was decided"),
            LegalBasis.TASK,
            _("You, and officers of the agency that works on it; of reports they do not see who sent them"),
            {
                "reference": _("Number"),
                "service": _("Service"),
                "for": _("For"),
                "opened_at": _("Sent"),
                "state": _("State"),
                "closed_at": _("Ended"),
                "answers": _("Answers"),
                "history": _("What happened"),
                "rating": _("Your rating"),
            },
            _requests,
            rules=("cases.answers",),
            files=_documents,
            erase=_withdraw_open,
            stays=_(
                "Requests stay with their answers and documents until their term ends, because the city must be able"
                " to show how it decided. Open ones are withdrawn where that is still possible."
            ),
        ),
        PersonalDataCategory(
            "cases.drafts",
            _("Drafts"),
            _("Applications that you started and have not sent"),
            _("So that you can continue later, on another device"),
            LegalBasis.CONTRACT,
            _("You"),
            {"service": _("Service"), "began": _("Started"), "until": _("Kept until")},
            _drafts,
            rules=("cases.drafts",),
            files=_draft_files,
            erase=_erase_drafts,
        ),
    ):
        personal_data_categories.register(each.name, each)
