"""Programs that may act for people: registered by the operator, allowed and stopped by each person."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.models import Client, Token
from django.utils.translation import gettext as _

from kini.api.callers import scopes as known
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.people import keeping
from kini.people.models import User


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered program. `secret` is shown once; it is empty where a program cannot keep one."""

    client: Client
    secret: str


@action
def register_program(
    *, by: Actor, name: str, addresses: Sequence[str], scopes: Sequence[str], keeps_secrets: bool, per_minute: int
) -> Registered:
    """Let a program ask people for leave to act for them.

    Args:
        addresses: where people may be sent back with a code.
        keeps_secrets: whether it runs where nobody else can read its secret.
        per_minute: how many requests it may send for each person in a minute.

    Raises:
        NotAllowed: when anybody but the operator asks.
        Refused: when a scope is not known.
    """
    _operator(by)
    if unknown := [scope for scope in scopes if scope not in known]:
        raise Refused(_("There is no scope “%(scope)s”.") % {"scope": unknown[0]})
    client = Client(name=name, type=Client.Type.CONFIDENTIAL if keeps_secrets else Client.Type.PUBLIC)
    secret = secrets.token_urlsafe(32) if keeps_secrets else ""
    client.set_secret(secret or secrets.token_urlsafe(32))
    client.set_scopes(["openid", *scopes])
    client.set_redirect_uris(list(addresses))
    client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN])
    client.data = {"per_minute": per_minute}
    client.save(force_insert=True)
    audit.record(by=by, action="people.program-registered", subject=f"program:{client.pk}", detail={"name": name})
    return Registered(client, secret)


@action
def remove_program(*, by: Actor, client: Client) -> None:
    """End a program: all its tokens end with it.

    Raises:
        NotAllowed: when anybody but the operator asks.
    """
    _operator(by)
    subject = f"program:{client.pk}"
    client.delete()
    audit.record(by=by, action="people.program-removed", subject=subject)


@action
def issue_token(
    *, by: Actor, client: Client, user: User, scopes: Sequence[str], expires_at: datetime | None = None
) -> str:
    """An access token without the way through the browser, for tests and measurements of the operator's own.

    Raises:
        NotAllowed: when anybody but the operator asks.
    """
    _operator(by)
    value = secrets.token_urlsafe(48)
    token = Token(type=Token.Type.ACCESS_TOKEN, client=client, user=user, expires_at=expires_at)
    token.set_value(value)
    token.set_scopes(list(scopes))
    token.save(force_insert=True)
    detail = {"program": client.pk, "scopes": list(scopes)}
    audit.record(by=by, action="people.token-issued", subject=f"user:{user.pk}", detail=detail)
    return value


@action
def stop_program(*, by: Actor, user: User, client: Client) -> None:
    """Take back what a person allowed a program; its tokens for them end at once.

    Raises:
        NotAllowed: when it is somebody else's account.
    """
    keeping.only(by, user.pk)
    Token.objects.filter(user=user, client=client).delete()
    audit.record(by=by, action="people.program-stopped", subject=f"user:{user.pk}", detail={"program": client.pk})


def _operator(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the operator of this city registers programs."))
