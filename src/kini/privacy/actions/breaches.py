"""Actions on the register of breaches: facts, affected people, notifications (UU 27/2022, article 46)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.public import pack, privacy
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.messages import actions as messages
from kini.messages.public import Recipient
from kini.people import rules as people_rules
from kini.people.models import Resident
from kini.people.public import PeoplePermission
from kini.privacy.models import AffectedPerson, Breach, BreachEntry
from kini.web import formats

BREACH_MESSAGE = "privacy-breach"
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class BreachFacts:
    """Facts required by law: data, time, cause, measures."""

    title: str
    happened_at: datetime | None
    known_at: datetime
    data: str
    cause: str
    measures: str


@action
def record_breach(*, by: Actor, facts: BreachFacts, breach: Breach | None = None) -> Breach:
    """Create or edit an entry; each earlier wording stays in its history.

    Raises:
        NotAllowed: without the permission to protect data.
        ActionRefused: for missing facts, or if it happened after it became known.
    """
    _require(by)
    _check(facts)
    entry = Breach.objects.select_for_update().get(pk=breach.pk) if breach else Breach()
    _still_open(entry)
    for name in ("title", "happened_at", "known_at", "data", "cause", "measures"):
        setattr(entry, name, getattr(facts, name))
    entry.save()
    texts = {"title": facts.title, "data": facts.data, "cause": facts.cause, "measures": facts.measures}
    times = {"known_at": facts.known_at.isoformat()}
    _remember(by, entry, "changed" if breach else "opened", texts | times)
    return entry


@action
def add_affected_people(*, by: Actor, breach: Breach, residents: Iterable[Resident]) -> int:
    """Add people affected by a breach; return the number of new ones.

    Raises:
        NotAllowed: without the permission to protect data.
        ActionRefused: if the breach is closed.
    """
    _require(by)
    _still_open(breach)
    before = breach.people.count()
    now = current_time.now()
    rows = [AffectedPerson(breach=breach, resident=resident, added_at=now) for resident in residents]
    AffectedPerson.objects.bulk_create(rows, ignore_conflicts=True)
    added = breach.people.count() - before
    _remember(by, breach, "people-added", {"count": added})
    return added


@action
def notify_affected_people(*, by: Actor, breach: Breach) -> tuple[int, int]:
    """Notify affected people who were not notified yet, each in their language; return (notified, not reachable).

    Raises:
        NotAllowed: without the permission to protect data.
        ActionRefused: if nobody is left to notify.
    """
    _require(by)
    entry = Breach.objects.select_for_update().get(pk=breach.pk)
    waiting = entry.people.filter(told_at=None).select_related("resident__user").order_by("pk")
    if not waiting:
        raise ActionRefused(_("All recorded people have been notified already."))
    for each in waiting:
        each.told_at, each.reached = current_time.now(), _tell(by, entry, each)
        each.save(update_fields=["told_at", "reached"])
    reached = sum(bool(each.reached) for each in waiting)
    entry.people_told_at = entry.people_told_at or current_time.now()
    entry.save(update_fields=["people_told_at"])
    _remember(by, entry, "people-told", {"told": reached, "not_reached": len(waiting) - reached})
    return reached, len(waiting) - reached


def _tell(by: Actor, breach: Breach, each: AffectedPerson) -> bool:
    to, config = Recipient(each.resident.user, each.resident), privacy.current()
    if not to.is_reachable:
        return False
    with translation.override(to.language):
        happened = formats.moment(breach.happened_at) if breach.happened_at else _("a time that is not known")
        words = {
            "data": breach.data,
            "when": happened,
            "cause": breach.cause,
            "measures": breach.measures,
            "contact": config.contact.email if config else str(pack.current().name),
        }
    messages.notify(
        by=by, to=to, message_type=BREACH_MESSAGE, key=f"breach:{breach.pk}", words=words, urgent=True, link="/privacy/"
    )
    return True


@action
def record_authority_notified(*, by: Actor, breach: Breach) -> Breach:
    """Record that the letter was sent to the authority.

    Raises:
        NotAllowed: without the permission to protect data.
        ActionRefused: if it was recorded before.
    """
    _require(by)
    now = current_time.now()
    if not Breach.objects.filter(pk=breach.pk, authority_told_at=None).update(authority_told_at=now):
        raise ActionRefused(_("This has already been recorded."))
    breach.authority_told_at = now
    _remember(by, breach, "authority-told", {})
    return breach


@action
def close_breach(*, by: Actor, breach: Breach) -> Breach:
    """Close the entry of a breach.

    Raises:
        NotAllowed: without the permission to protect data.
        ActionRefused: before everybody affected and the authority are notified.
    """
    _require(by)
    entry = Breach.objects.select_for_update().get(pk=breach.pk)
    _still_open(entry)
    if entry.authority_told_at is None or entry.people.filter(told_at=None).exists():
        raise ActionRefused(_("Notify the people concerned and the authority first."))
    entry.closed_at = current_time.now()
    entry.save(update_fields=["closed_at"])
    _remember(by, entry, "closed", {})
    return entry


def _require(by: Actor) -> None:
    people_rules.require_somewhere(by, PeoplePermission.PROTECT_DATA)


def _check(facts: BreachFacts) -> None:
    if not all(text.strip() for text in (facts.title, facts.data, facts.cause, facts.measures)):
        raise ActionRefused(_("Write what happened, which data, how it came about and what was done."))
    if facts.happened_at and facts.happened_at > facts.known_at:
        raise ActionRefused(_("It cannot have become known before it happened."))


def _still_open(breach: Breach) -> None:
    if breach.closed_at:
        raise ActionRefused(_("This entry is closed."))


def _remember(by: Actor, breach: Breach, what: str, data: dict[str, Any]) -> None:
    BreachEntry.objects.create(
        breach=breach, at=current_time.now(), what=what, data=data, actor_kind=by.kind.value, actor_id=by.user_id
    )
    audit.record(by=by, action=f"privacy.breach-{what}", subject=f"breach:{breach.pk}")
