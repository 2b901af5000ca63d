"""Who calls: a program with a token, for somebody or for itself, or anybody at all."""

from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest
from django.utils.functional import Promise

from kini.core.actors import Actor, ActorKind
from kini.core.client_address import client_network
from kini.core.registry import Registry

#: Requests in a minute, where a program's registration says nothing else, and for each address without a token.
PER_MINUTE = 600
ANYBODY_PER_MINUTE = 300


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        actor: who acts in the end; a program acts for a person, and may do no more than its scopes say.
        key: the same for all requests that are counted together, and whose idempotency keys are one space.
        guest_key: the secret of a guest's draft or case.
    """

    actor: Actor
    key: str
    per_minute: int
    guest_key: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a program may be allowed to do. `words` is what the person reads who allows it."""

    name: str
    words: str | Promise
    officers: bool = False


#: Scopes by name; rooms and outside packages register theirs.
scopes: Registry[Scope] = Registry("scope")


class Need(Protocol):
    """What an operation asks of its caller: called with a request, it gives the caller or refuses."""

    @property
    def scope(self) -> str: ...
    @property
    def guests(self) -> bool: ...
    def __call__(self, request: HttpRequest) -> Caller: ...


def anybody(request: HttpRequest, guest_key: str = "") -> Caller:
    """A caller without a token, known by network address."""
    actor = Actor(ActorKind.GUEST, session=guest_key)
    return Caller(actor, f"address:{client_network(request)}", ANYBODY_PER_MINUTE, guest_key)


def caller_of(request: HttpRequest) -> Caller:
    """Who calls, as the operation's need found them."""
    caller: Caller | None = getattr(request, "auth", None)
    return caller or anybody(request)
