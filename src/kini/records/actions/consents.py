"""Actions on consents: give and withdraw. Each adds a statement; none is changed."""

from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, require_system
from kini.core.database.fast_models import build_row, insert_deferred
from kini.people import queries as people_queries
from kini.people.models import Officer, Resident
from kini.people.public import PeoplePermission
from kini.people.rules import is_minor, may_somewhere
from kini.records import queries, rules
from kini.records.consent_purposes import ConsentPurpose, consent_purposes
from kini.records.events import ConsentWithdrawn
from kini.records.models import ConsentStatement
from kini.web.formats import city_time

GIVEN, WITHDRAWN = "records.consent-given", "records.consent-withdrawn"
_TICK = timedelta(microseconds=1)


@action
def give_consent(
    *,
    by: Actor,
    resident: Resident,
    purpose: str,
    reference: str = "",
    words: str = "",
    until: date | None = None,
    evidence: str = "",
) -> ConsentStatement:
    """Record that a person agrees, from now on.

    Args:
        reference: the one thing it is for (a case); empty: the purpose in general.
        words: the sentence to which they agreed; empty: the purpose's own.
        until: last day; at most the purpose's term, and for a guardian the ward's childhood.
        evidence: at a counter, the paper that the person signed.

    Raises:
        NotAllowed: unless it is the person, somebody who may act for them, or an officer at a counter.
        ActionRefused: at a counter without the paper, for a day in the past, or, for a purpose that only a guardian may
            decide, by the child or by a guardian who is not known to be of full age.
        LookupError: for a purpose that nobody registered.
    """
    return _append(by, GIVEN, _consent(by, resident, purpose, reference, words, until, evidence))


@action
def give_first_consent(
    *, by: Actor, resident: Resident, purpose: str, reference: str, words: str = "", evidence: str = ""
) -> None:
    """Record that a person agrees about something that was just created: no statement about it can exist yet.

    It is stored with the next statement of the transaction. Arguments and errors are those of `give_consent`.
    """
    statement = _consent(by, resident, purpose, reference, words, None, evidence)
    insert_deferred(statement)
    _audit(by, GIVEN, statement)


@action
def withdraw_consent(
    *, by: Actor, resident: Resident, purpose: str, reference: str = "", evidence: str = ""
) -> ConsentStatement:
    """Record that a person no longer agrees, from now on. What was done before stays lawful.

    Raises:
        NotAllowed: as `give_consent`.
        ActionRefused: when there is no consent to withdraw; at a counter without the paper.
    """
    given_by, officer = _speaker(by, resident, evidence)
    if not queries.is_consent_in_force(resident.pk, purpose, reference=reference):
        raise ActionRefused(_("This consent is not in force any more."))
    statement = _append(
        by,
        WITHDRAWN,
        ConsentStatement(
            resident=resident,
            purpose=purpose,
            reference=reference,
            since=current_time.now(),
            given_by=given_by,
            account_id=by.user_id,
            officer=officer,
            evidence=evidence.strip(),
        ),
    )
    events.publish(ConsentWithdrawn(statement.pk, resident.pk, purpose, reference))
    return statement


@action
def copy_consents(*, by: Actor, kept: int, gone: int) -> int:
    """Copy the statements of a profile to the one that it was merged into. Idempotent; return how many.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    there = set(ConsentStatement.objects.filter(resident=kept).values_list("purpose", "reference", "since"))
    copies = []
    for statement in ConsentStatement.objects.filter(resident=gone).order_by("since"):
        if (statement.purpose, statement.reference, statement.since) not in there:
            statement.pk, statement.resident_id = None, kept
            copies.append(statement)
    ConsentStatement.objects.bulk_create(copies)
    if copies:
        detail = {"from": gone, "count": len(copies)}
        audit.record(by=by, action="records.consents-copied", subject=f"resident:{kept}", detail=detail)
    return len(copies)


def _consent(
    by: Actor, resident: Resident, purpose: str, reference: str, words: str, until: date | None, evidence: str
) -> ConsentStatement:
    """Return the statement of a consent, not stored yet."""
    known = consent_purposes.get(purpose)
    given_by, officer = _speaker(by, resident, evidence)
    if known.guardian_only:
        _require_guardian(by, given_by)
    now = current_time.now()
    return build_row(
        ConsentStatement,
        resident=resident,
        purpose=purpose,
        reference=reference,
        since=now,
        last_day=_last_day(known, resident, given_by, now, until),
        given_by=given_by,
        account_id=by.user_id,
        officer=officer,
        evidence=evidence.strip(),
        language=translation.get_language() or "",
        words=words or str(known.words),
    )


def _speaker(by: Actor, resident: Resident, evidence: str) -> tuple[str, Officer | None]:
    """Return who speaks for the person (ConsentStatement.GIVEN_BY), with the officer at a counter."""
    if by.kind is ActorKind.SYSTEM:
        return "system", None
    if by.user_id is not None and resident.user_id == by.user_id:
        return "person", None
    own = Resident.objects.filter(user_id=by.user_id).first() if by.user_id else None
    if own and people_queries.find_represented(own, resident.pk):
        return "guardian", None
    officer = people_queries.officer_of(by)
    if officer and may_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS):
        if not evidence.strip():
            raise ActionRefused(_("Write the number of the paper that the person signed."))
        return "counter", officer
    raise NotAllowed(_("Only the person, or somebody who may act for them, can decide about a consent."))


def _require_guardian(by: Actor, given_by: str) -> None:
    own = Resident.objects.filter(user_id=by.user_id).first() if by.user_id else None
    adult = own and own.birth_date and not is_minor(own.birth_date, city_time(current_time.now()).date())
    if given_by == "person" or (given_by == "guardian" and not adult):
        raise ActionRefused(
            _("A guardian of full age agrees to this. Enter your own birth date in your profile first.")
        )


def _last_day(purpose: ConsentPurpose, resident: Resident, given_by: str, now: datetime, until: date | None) -> date:
    today = city_time(now).date()
    longest = today + timedelta(days=min(purpose.days, rules.LONGEST_CONSENT_DAYS))
    last_day = min(until or longest, longest)
    if given_by == "guardian":
        last_day = rules.last_day_of_guardian(resident.birth_date, last_day)
    if last_day < today:
        raise ActionRefused(_("This consent would end before it begins. Choose a later day."))
    return last_day


def _append(by: Actor, action: str, statement: ConsentStatement) -> ConsentStatement:
    """Store a statement after the newest one about the same thing, also when clocks differ."""
    newest = queries.newest_statement(statement.resident_id, statement.purpose, statement.reference)
    if newest and newest.since >= statement.since:
        statement.since = newest.since + _TICK
    statement.save(force_insert=True)
    _audit(by, action, statement)
    return statement


def _audit(by: Actor, action: str, statement: ConsentStatement) -> None:
    detail = {"purpose": statement.purpose, "reference": statement.reference, "by": statement.given_by}
    audit.record(by=by, action=action, subject=f"resident:{statement.resident_id}", detail=detail)
