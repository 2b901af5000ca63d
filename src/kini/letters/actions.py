"""Actions on letters: issue the letter of a case, replace one. Others are `documents.actions`."""

from datetime import datetime

from django.utils.translation import gettext as _

from kini.cases.models import Case, TimelineEntry
from kini.cases.public import access
from kini.core import current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.documents import actions as document_actions
from kini.letters import content, queries, rules
from kini.letters.document_type import LETTER, subject_of
from kini.letters.models import Letter
from kini.letters.permissions import LetterPermission
from kini.services.public import Letter as LetterOptions
from kini.services.public import snapshot_of


@action
def issue_letter(*, by: Actor, case: Case, entry: int) -> Letter:
    """Issue the letter that a service orders at the case's state. Idempotent.

    A letter of an earlier decision is replaced. Without the agency's key the letter waits for it.

    Args:
        entry: number of the timeline entry of the decision.

    Raises:
        NotAllowed: for anybody but the system.
        ActionRefused: if the service orders no letter at that step's state.
    """
    require_system(by)
    case = _lock_case(case)
    step = case.timeline.get(number=entry)
    options = _letter_options(case)
    if options is None or step.to_state not in rules.issuing_states(options, snapshot_of(case.version).flow):
        raise ActionRefused(_("There is no letter to issue for this case."))
    issued = case.letters.filter(entry__gte=entry).last()
    return issued or _issue(by, case, options, step, step.at, queries.open_letters(case).first())


@action
def replace_letter(*, by: Actor, letter: Letter, note: str) -> Letter:
    """Replace a letter by a newer one, made from the case as it is now.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: if it is no longer valid, without a reason, or if the service orders no letter any more.
    """
    case = _lock_case(letter.case)
    access.require_at_desk(by, LetterPermission.MANAGE_LETTERS, case)
    if not note.strip():
        raise ActionRefused(_("Enter the reason for a newer letter."))
    options = _letter_options(case)
    if options is None:
        raise ActionRefused(_("There is no letter to issue for this case."))
    return _issue(by, case, options, case.timeline.get(number=letter.entry), current_time.now(), letter, note)


def _letter_options(case: Case) -> LetterOptions | None:
    return snapshot_of(case.version).definition.gives.letter


def _lock_case(case: Case) -> Case:
    """Lock the case: only one letter of it is issued or ended at a time."""
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    related = ("version", "agency", "unit", "resident")
    return Case.objects.select_related(*related).defer("version__content").get(pk=case.pk)


def _issue(
    by: Actor,
    case: Case,
    options: LetterOptions,
    step: TimelineEntry,
    at: datetime,
    before: Letter | None,
    note: str = "",
) -> Letter:
    document = document_actions.issue_document(
        by=by,
        document_type=LETTER,
        subject=subject_of(case),
        template=options.template,
        content=content.build_content(case, options, step, at),
        language=content.letter_language(),
        agency=case.agency,
        issued_at=at,
        valid_until=content.last_valid_day(options, at),
        replaces=before.signed_document if before else None,
        note=note,
    )
    Letter.objects.create(signed_document=document, case=case, entry=step.number)
    document_actions.sign_document(by=by, document=document)
    return Letter.objects.select_related("signed_document", "attachment").get(pk=document.pk)
