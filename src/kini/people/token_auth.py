"""Bearer token authentication: one indexed query by the token's SHA-256 hash; tokens are not stored in the clear."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.models import Token
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError

from kini.api import rate_limit
from kini.api.auth import PER_MINUTE, Principal, anonymous_principal, scopes
from kini.api.problems import Problem
from kini.core.actors import Actor, ActorKind, system
from kini.core.database.compiled_queries import CompiledQuery
from kini.people import actions, queries
from kini.people.sessions import OFFICER_LIFETIME, TOUCHES_PER_IDLE_TIME

GUEST_KEY_HEADER = "Guest-Key"
LONGEST_KEY = 64
OFFICE = system("people.office-day")
PLAIN = ("scopes", "expires_at", "client_id", "client__data", "user_id", "user__is_active")
GRANTS = ("user__officer__active", "user__officer__agency__active")
DAY = ("user__officer__office_day__until", "user__officer__office_day__seen_at")
GRANT_COLUMNS = tuple(f"user__officer__{column}" for column in queries.GRANT_COLUMNS)


@dataclass(frozen=True, slots=True)
class RequireScope:  # noqa: N801 -- reads like a word where operations are written: `needs=needs("cases:read")`
    """Security requirement of an operation: a token with this scope; with `guests`, none is accepted as well.

    The token acts as an officer only if the scope is one for officers, else as a resident.
    """

    scope: str
    guests: bool = False

    def __call__(self, request: HttpRequest) -> Principal:
        """Authenticate the request.

        Raises:
            AuthenticationError: without a valid token.
            Problem: 403 if the token lacks the scope, 401 outside the officer's office day.
        """
        sort, _space, value = request.headers.get("Authorization", "").partition(" ")
        if not sort and self.guests:
            return anonymous_principal(request, request.headers.get(GUEST_KEY_HEADER, "")[:LONGEST_KEY])
        rows = _rows(value, officers=scopes.get(self.scope).officers) if sort.lower() == "bearer" else []
        if not rows or not _is_valid(rows[0]):
            rate_limit.consume_unknown_token(request)
            raise AuthenticationError
        if self.scope not in rows[0][0].split("\n"):
            raise _too_narrow(self.scope)
        if scopes.get(self.scope).officers:
            _require_office_day(rows[0])
        return _caller(rows)


def _rows(value: str, *, officers: bool) -> list[Sequence[Any]]:
    """Load the token with its user; for officers one row per role."""
    return (_officers if officers else _people)(digest=hashlib.sha256(value.encode()).hexdigest())


@CompiledQuery
def _people(digest: str) -> QuerySet[Token, Any]:
    return Token.objects.filter(type=Token.Type.ACCESS_TOKEN, hash=digest).values_list(*PLAIN)


@CompiledQuery
def _officers(digest: str) -> QuerySet[Token, Any]:
    tokens = Token.objects.filter(type=Token.Type.ACCESS_TOKEN, hash=digest)
    return tokens.values_list(*PLAIN, *GRANTS, *DAY, *GRANT_COLUMNS)


def _is_valid(row: Sequence[Any]) -> bool:
    _scopes, expires, _client, _data, user, active = row[: len(PLAIN)]
    return user is not None and active and (expires is None or expires > timezone.now())


def _require_office_day(row: Sequence[Any]) -> None:
    """Reject a client outside its officer's office day: tokens for the desk do not outlive it.

    Raises:
        Problem: 401 `insufficient_user_authentication` (RFC 9470): the officer has to sign in first.
    """
    active, works, until, seen = row[len(PLAIN) : len(PLAIN) + len(GRANTS) + len(DAY)]
    if not (active and works):  # no officer
        return
    user, now = row[PLAIN.index("user_id")], timezone.now()
    if until is None or until <= now or seen + OFFICER_LIFETIME.idle <= now:
        raise _no_office_day()
    if seen + OFFICER_LIFETIME.idle / TOUCHES_PER_IDLE_TIME <= now:
        actions.touch_office_day(by=OFFICE, user_id=user)


def _no_office_day() -> Problem:
    detail = _("The officer must sign in to Kini first: their office day has not started or is over.")
    challenge = 'Bearer error="insufficient_user_authentication"'
    return Problem(401, detail, "office-day", headers={"WWW-Authenticate": challenge})


def _caller(rows: list[Sequence[Any]]) -> Principal:
    _scopes, _expires, client, data, user, _active = rows[0][: len(PLAIN)]
    most = (data or {}).get("per_minute", PER_MINUTE)
    actor = _actor(user, [row[len(PLAIN) :] for row in rows])
    return Principal(actor, f"program:{client}:{user}", most, client=client)


def _actor(user: int, rows: list[Sequence[Any]]) -> Actor:
    working = [row[len(GRANTS) + len(DAY) :] for row in rows if row and row[0] and row[1]]
    if not working:
        return Actor(ActorKind.RESIDENT, user)
    return Actor(ActorKind.OFFICER, user, grants=queries.build_grants(working))


def _too_narrow(scope: str) -> Problem:
    detail = _("The token lacks the scope “%(scope)s”.") % {"scope": scope}
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    return Problem(403, detail, "scope", headers={"WWW-Authenticate": challenge})
