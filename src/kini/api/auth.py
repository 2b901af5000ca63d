"""Principals of the API: an OAuth client with a token (for a person or for itself), or an anonymous client."""

from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest
from django.utils.functional import Promise

from kini.core.actors import Actor, ActorKind
from kini.core.client_address import client_network
from kini.core.registry import Registry

#: Requests per minute: default of an OAuth client, and of each network address without a token.
PER_MINUTE = 600
ANONYMOUS_PER_MINUTE = 300


@dataclass(frozen=True, slots=True)
class Principal:
    """Principal of a request.

    Attributes:
        actor: a client acts for a person, within its scopes.
        key: identifies the principal for rate limits and idempotency keys.
        guest_key: secret of a guest's draft or case.
        client: id of the OAuth client that acts.
    """

    actor: Actor
    key: str
    per_minute: int
    guest_key: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Permission of an OAuth client. `words` describes it on the consent page."""

    name: str
    words: str | Promise
    officers: bool = False


#: Scopes by name; rooms and plug-ins register theirs.
scopes: Registry[Scope] = Registry("scope")


class Requirement(Protocol):
    """Authentication requirement of an operation: returns the principal of a request or raises a problem."""

    @property
    def scope(self) -> str: ...
    @property
    def guests(self) -> bool: ...
    def __call__(self, request: HttpRequest) -> Principal: ...


def anonymous_principal(request: HttpRequest, guest_key: str = "") -> Principal:
    """Principal of a request without a token, identified by network address."""
    actor = Actor(ActorKind.GUEST, session=guest_key)
    return Principal(actor, f"address:{client_network(request)}", ANONYMOUS_PER_MINUTE, guest_key)


def principal_of(request: HttpRequest) -> Principal:
    """Principal that the operation's requirement authenticated, else the anonymous one."""
    principal: Principal | None = getattr(request, "auth", None)
    return principal or anonymous_principal(request)
