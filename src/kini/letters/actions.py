"""Actions on letters: issue, sign, withdraw, replace, remove the text."""

from datetime import datetime

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases import actions as case_actions
from kini.cases.models import Case, TimelineEntry
from kini.cases.public import access
from kini.city.public import pack
from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.letters import content, rules, signing_keys, typesetting
from kini.letters.models import OPEN_STATES, Letter, LetterEntry, LetterState
from kini.letters.permissions import LetterPermission
from kini.services.public import Letter as Ordered
from kini.services.public import snapshot_of

log = structlog.get_logger("kini.letters")
LONGEST_NOTE = 2000


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
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the system can do this."))
    case = _lock_case(case)
    step = case.timeline.get(number=entry)
    ordered = _letter_options(case)
    if ordered is None or step.to_state not in rules.issuing_states(ordered, snapshot_of(case.version).flow):
        raise ActionRefused(_("There is no letter to issue for this case."))
    there = case.letters.filter(entry__gte=entry).last()
    return there or _issue(by, case, ordered, step, step.at, case.letters.filter(state__in=OPEN_STATES).first())


@action
def sign_letter(*, by: Actor, letter: Letter) -> Letter:
    """Sign a waiting letter.

    Raises:
        NotAllowed: for anybody but the system.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the system can do this."))
    letter = _lock_letter(letter)
    return _sign(by, letter) if letter.state == LetterState.WAITING else letter


@action
def withdraw_letter(*, by: Actor, letter: Letter, cause: str, note: str = "") -> Letter:
    """Withdraw a letter. Its resident and anybody who verifies it read the cause; the note is for officers.

    Args:
        cause: a key of `rules.CAUSES`.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: if it is no longer valid, or without a cause.
    """
    letter = _lock_for_officer(by, letter)
    if cause not in rules.CAUSES:
        raise ActionRefused(_("Choose the reason for the withdrawal."))
    letter.state, letter.cause, letter.ended_at = LetterState.WITHDRAWN, cause, current_time.now()
    letter.save(update_fields=["state", "cause", "ended_at"])
    _add_history(by, letter, note)
    data = {"title": letter.title, "number": letter.number, "cause": cause}
    case_actions.add_timeline_entry(by=by, case=letter.case, sort="letter-withdrawn", data=data)
    audit.record(by=by, action="letters.withdrawn", subject=f"letter:{letter.number}", detail={"cause": cause})
    return letter


@action
def replace_letter(*, by: Actor, letter: Letter, note: str) -> Letter:
    """Replace a letter by a newer one, made from the case as it is now.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: if it is no longer valid, without a reason, or if the service orders no letter any more.
    """
    letter = _lock_for_officer(by, letter)
    if not note.strip():
        raise ActionRefused(_("Enter the reason for a newer letter."))
    case = letter.case
    ordered = _letter_options(case)
    if ordered is None:
        raise ActionRefused(_("There is no letter to issue for this case."))
    return _issue(by, case, ordered, case.timeline.get(number=letter.entry), current_time.now(), letter, note)


@action
def remove_text(*, by: Actor, letter: Letter) -> Letter:
    """Delete the text of a letter after its retention term, after its file. Number, code, dates and state stay.

    Raises:
        NotAllowed: for anybody but the system.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the system can do this."))
    letter = _lock_letter(letter)
    letter.said = ""
    letter.save(update_fields=["said"])
    audit.record(by=by, action="letters.text-removed", subject=f"letter:{letter.number}")
    return letter


def _letter_options(case: Case) -> Ordered | None:
    return snapshot_of(case.version).definition.gives.letter


def _lock_case(case: Case) -> Case:
    """Lock the case: only one letter of it is issued or ended at a time."""
    Case.objects.select_for_update().only("pk").get(pk=case.pk)
    related = ("version", "agency", "unit", "resident")
    return Case.objects.select_related(*related).defer("version__content").get(pk=case.pk)


def _lock_letter(letter: Letter) -> Letter:
    case = _lock_case(letter.case)
    letter = Letter.objects.get(pk=letter.pk)
    letter.case = case
    return letter


def _lock_for_officer(by: Actor, letter: Letter) -> Letter:
    """Lock the letter; require that the actor may end it now."""
    letter = _lock_letter(letter)
    access.require_at_desk(by, LetterPermission.MANAGE_LETTERS, letter.case)
    if letter.state not in OPEN_STATES:
        raise ActionRefused(_("This letter is no longer valid."))
    return letter


def _issue(
    by: Actor,
    case: Case,
    ordered: Ordered,
    step: TimelineEntry,
    at: datetime,
    before: Letter | None,
    note: str = "",
) -> Letter:
    language = content.letter_language()
    letter = Letter(
        case=case,
        entry=step.number,
        ordinal=case.letters.count() + 1,
        code=references.generate_code(),
        template=ordered.template,
        source=typesetting.template_digest(pack.current().root, ordered.template),
        language=language,
        said=content.build_content(case, ordered, step, at).as_json(),
        agency=case.agency,
        issued_at=at,
    )
    if before:
        before.state, before.successor, before.ended_at = LetterState.REPLACED, letter, current_time.now()
        before.save(update_fields=["state", "successor", "ended_at"])
        _add_history(by, before, note)
    letter.save(force_insert=True)
    _add_history(by, letter)
    detail = {"template": letter.template, "replaces": before.number if before else ""}
    audit.record(by=by, action="letters.issued", subject=f"letter:{letter.number}", detail=detail)
    return _sign(by, letter)


def _sign(by: Actor, letter: Letter) -> Letter:
    """Typeset, sign and file a letter; if the agency's key or the template fails, it keeps waiting."""
    try:
        content = _signed(letter)
    except (signing_keys.KeyUnavailable, typesetting.TypesettingError, LookupError) as reason:
        log.error("a letter waits", letter=letter.number, agency=letter.agency_id, reason=str(reason))
        return letter
    title = letter.title
    name = rules.download_name(title, letter.number)
    paper = case_actions.GeneratedDocument("letter", name, content, "application/pdf")
    data = {"title": title, "number": letter.number, "replaces": Letter.objects.filter(successor=letter).exists()}
    letter.document = case_actions.add_timeline_entry(by=by, case=letter.case, sort="letter", data=data, paper=paper)
    letter.state = LetterState.VALID
    letter.save(update_fields=["state", "document"])
    _add_history(by, letter)
    audit.record(by=by, action="letters.signed", subject=f"letter:{letter.number}")
    return letter


def _signed(letter: Letter) -> bytes:
    from kini.letters import signing

    letter_content = rules.LetterContent.of_json(letter.said)
    signing.load_signer(letter.agency_id)  # before the work of typesetting: most failures are here
    with translation.override(letter.language):
        data = typesetting.letter_data(
            letter_content, typesetting.brand_colour(), letter.language, letter.number, letter.code
        )
        label = _("Electronic signature of %(agency)s") % {"agency": letter_content.agency}
    pdf = typesetting.render_pdf(pack.current().root, letter.template, data, current_time.now())
    return signing.sign_pdf(pdf, letter.agency_id, name=letter_content.agency, label=label, place=letter_content.city)


def _add_history(by: Actor, letter: Letter, note: str = "") -> None:
    """Add the letter's state to its history."""
    LetterEntry.objects.create(
        letter=letter,
        at=current_time.now(),
        sort=letter.state,
        actor_kind=by.kind,
        actor_id=by.user_id,
        actor_name=by.name,
        note=note.strip()[:LONGEST_NOTE],
    )
