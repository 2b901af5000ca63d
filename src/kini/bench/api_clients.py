"""API clients with tokens, each reading and creating cases of its own resident."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kini.api.operations import PREFIX
from kini.cases.models import Case
from kini.cases.public import case_answers, corrections
from kini.core.actors import system
from kini.people import actions as people_actions
from kini.people.models import Resident
from kini.people.public import profile_values
from kini.services.public import json_answers, questions, snapshot_of

MOST = 500
#: Kinds whose cases need no bill and no booked place.
KINDS = ("application", "registration", "report", "assistance")
#: Rate limit of a trusted client; its requests are still counted.
PER_MINUTE = 1_000_000
SCOPES = ("cases:read", "cases:write")


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Authorization header of a client, and the path of a case that it may read."""

    authorization: str
    case: str


def create_api_clients() -> list[ApiClient]:
    """Create API clients for residents with an account and a case, whose profiles have the same fields.

    Known fields are not asked for, so one application is valid for all of them.
    """
    owner = people_actions.register_client(
        by=system("bench"),
        name="Bench",
        addresses=["https://bench.example/"],
        scopes=SCOPES,
        keeps_secrets=False,
        per_minute=PER_MINUTE,
    )
    latest = Case.objects.filter(resident__user__isnull=False).order_by("resident_id", "-pk").distinct("resident_id")
    newest = _newest()
    same = profile_values.known_values(newest).keys() if newest else set()
    return [
        ApiClient(
            "Bearer "
            + people_actions.issue_token(
                by=system("bench"), client=owner.client, user=case.resident.user, scopes=SCOPES
            ),
            f"{PREFIX}/cases/{case.reference}",
        )
        for case in latest.select_related("resident__user")[:MOST]
        if case.resident and case.resident.user and profile_values.known_values(case.resident).keys() == same
    ]


def application_bodies(kinds: Sequence[str] = KINDS) -> list[str]:
    """Bodies of complete applications that all clients may send, at most one per service."""
    resident = _newest()
    return [json.dumps(body) for body in _bodies(resident, kinds)] if resident else []


def _newest() -> Resident | None:
    """Newest resident with an account and a case: one of the many equal ones in a seeded city."""
    return Resident.objects.filter(user__isnull=False, cases__isnull=False).order_by("-pk").first()


def _bodies(resident: Resident, kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    known, seen = profile_values.known_values(resident), set()
    for case in Case.objects.filter(kind__in=kinds).select_related("version__service").order_by("pk")[:1000]:
        service = case.version.service
        if service.pk in seen or case.version_id != service.current_id:
            continue
        if snapshot_of(case.version).definition.assurance:
            continue  # seeded residents have no verified identity
        answers_given = _answers(case, known)
        if answers_given is not None:
            seen.add(service.pk)
            yield {"service": service.pk, "answers": answers_given, "confirm": True}


def _answers(case: Case, known: Any) -> dict[str, Any] | None:
    """Answers of a case as another resident gives them; None if they are not a complete application."""
    snapshot, values = snapshot_of(case.version), case_answers.of_case(case)
    if corrections.referenced_files(values):
        return None
    names = {name for page in questions.applicable_pages(snapshot, values, known) for name in page.names}
    own = {name: value for name, value in values.items() if name in names}
    parsed = json_answers.parse_json_answers(snapshot, own, {}, known)
    whole = not parsed.errors and not questions.missing_pages(snapshot, parsed.values, known)
    return own if whole else None
