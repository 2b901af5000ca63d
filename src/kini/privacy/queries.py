"""Queries of the privacy room: data subjects, consequences of deletion, categories and retention terms."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.cases import rules
from kini.cases.models import Case
from kini.city.public import privacy
from kini.core import current_time, retention
from kini.core.actors import ActionRefused
from kini.core.config_files import ConfigErrors
from kini.people.models import Officer, Operator, Resident, User
from kini.people.public import (
    LEGAL_BASIS_LABELS,
    DataSubject,
    PersonalDataCategory,
    legal_holds,
    personal_data_categories,
)
from kini.privacy.models import Export, Restriction
from kini.services.public import builtin_services, snapshot_of
from kini.web import formats

KIND = "privacy"
MOST_REQUESTS = 50


@dataclass(frozen=True, slots=True)
class TermLine:
    """One retention term of a category, with its law or reason."""

    data: str
    term: str
    basis: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category of personal data, for the notice and the record of processing."""

    name: str
    label: str
    what: str
    purpose: str
    basis: str
    seen_by: str
    terms: tuple[TermLine, ...]
    stays: str


def data_subject_of(user: User) -> DataSubject:
    """Return the account with its profile.

    Raises:
        Resident.DoesNotExist: if the account never signed in.
    """
    return DataSubject(user, Resident.objects.select_related("area").get(user=user))


def categories() -> list[Category]:
    """Return every registered category of personal data."""
    return [_category(each) for each in personal_data_categories]


def _category(each: PersonalDataCategory) -> Category:
    return Category(
        each.name,
        str(each.label),
        str(each.what),
        str(each.purpose),
        str(LEGAL_BASIS_LABELS[each.basis]),
        str(each.seen_by),
        tuple(_term(retention.rules.get(name)) for name in each.rules),
        str(each.stays),
    )


def _term(rule: retention.RetentionRule) -> TermLine:
    config = privacy.current()
    own = config.retention.get(rule.name) if config else None
    return TermLine(str(rule.data), format_term(retention.term_of(rule)), str(own.law if own else rule.basis))


def format_term(term: timedelta) -> str:
    """Format a retention term in words; zero is "at once"."""
    if not term:
        return _("at once")
    years, days = divmod(term.days, 365)
    if years and days <= years:  # leap days
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return formats.duration(term.total_seconds(), 1)


def require_erasable(user: User) -> None:
    """Raise Refused, with a message for the owner, if this account cannot be deleted now."""
    if Officer.objects.filter(user=user, active=True).exists() or Operator.objects.filter(user=user).exists():
        raise ActionRefused(_("You work for the city with this account. It can be deleted when that has ended."))
    resident = Resident.objects.filter(user=user).first()
    if legal_holds.hold_on_person(user_id=user.pk, resident_id=resident.pk if resident else None):
        raise ActionRefused(
            _("A law or a court requires us to keep your data at the moment. It cannot be deleted before that ends.")
        )


def deletion_consequences(user: User) -> dict[str, Any]:
    """Return the consequences of deleting an account, for the confirmation page."""
    erased = [each.label for each in personal_data_categories if each.erase]
    stays = [(each.label, each.stays) for each in personal_data_categories if each.stays]
    return {"erased": erased, "stays": stays, "open_cases": open_cases(user)}


def open_cases(user: User) -> list[Case]:
    """Return a person's open cases, without requests about their data."""
    cases = Case.objects.filter(resident__user=user, closed_at=None).exclude(
        service__category__in=builtin_services.builtin_categories()
    )
    return list(cases.select_related("service", "version").order_by("opened_at"))


def state_after(case: Case, move: str) -> str:
    """Return the state that a move leads to from the case's state; "" for an impossible move."""
    edge = rules.edge_of(snapshot_of(case.version).flow, case.state, move)
    return edge.to if edge else ""


def export_of(case: Case) -> Export | None:
    """Return the export requested by a case, unless expired."""
    return Export.objects.filter(case=case, expires_at__gt=current_time.now()).first()


def exports_of(user: User) -> list[Export]:
    """Return the exports that can be downloaded, newest first."""
    exports = Export.objects.filter(user=user, expires_at__gt=current_time.now()).select_related("case")
    return list(exports.order_by("-made_at"))


def requests_of(user: User) -> list[tuple[Case, str, str]]:
    """Return a person's requests about their data, newest first, as (case, title, state in words)."""
    requests = Case.objects.filter(resident__user=user, kind=KIND).select_related("version")
    rows = requests.order_by("-opened_at")[:MOST_REQUESTS]
    return [
        (case, str(snapshot_of(case.version).definition.name), rules.public_word(case.public, case.outcome))
        for case in rows
    ]


def restriction_of(case: Case) -> Restriction | None:
    """Return the active restriction for the person of a case, or None."""
    if case.resident_id is None:
        return None
    return Restriction.objects.filter(resident_id=case.resident_id, lifted_at=None).select_related("case").first()


def is_offered() -> bool:
    """Return True if the running city handles requests about personal data."""
    return privacy.current() is not None


def service_holder(root: Path) -> builtin_services.DecidingAgency | None:
    """Return the agency and roles named by the pack in `root`; None without them or if invalid (see `check pack`)."""
    try:
        config = privacy.read(root)
    except ConfigErrors:
        return None
    return (
        builtin_services.DecidingAgency(config.agency, {"officer": config.role, "head": config.appeal_role})
        if config
        else None
    )
