"""Actions on OAuth clients: registered by the operator, authorized and revoked by each person."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Client, Token
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kini.api.auth import scopes as known
from kini.core import audit, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.people import action_helpers, encrypted_fields, security_notifications
from kini.people.actions.office_days import LONGEST_DAY, open_office_day
from kini.people.events import ProgramTokensRevoked
from kini.people.models import ProgramConsent, UsedCredential, User


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A registered client. `secret` is shown once; it is empty for public clients and clients with keys."""

    client: Client
    secret: str


@action
def register_client(
    *,
    by: Actor,
    name: str,
    addresses: Sequence[str],
    scopes: Sequence[str],
    keeps_secrets: bool,
    per_minute: int,
    keys: Sequence[dict[str, Any]] = (),
) -> RegisteredClient:
    """Register an OAuth client.

    Args:
        addresses: redirect URIs.
        keeps_secrets: True for a confidential client, False for a public one.
        per_minute: rate limit per person.
        keys: public keys (JWK) by which it authenticates instead of a secret.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: for an unknown scope.
    """
    _operator(by)
    if unknown := [scope for scope in scopes if scope not in known]:
        raise ActionRefused(_("There is no scope “%(scope)s”.") % {"scope": unknown[0]})
    client = Client(name=name, type=Client.Type.CONFIDENTIAL if keeps_secrets else Client.Type.PUBLIC)
    secret = secrets.token_urlsafe(32) if keeps_secrets and not keys else ""
    client.set_secret(secret or secrets.token_urlsafe(32))
    client.set_scopes(["openid", *scopes])
    client.set_redirect_uris(list(addresses))
    client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN])
    client.data = {"per_minute": per_minute} | ({"keys": list(keys)} if keys else {})
    client.save(force_insert=True)
    audit.record(by=by, action="people.program-registered", subject=f"program:{client.pk}", detail={"name": name})
    return RegisteredClient(client, secret)


@action
def remove_client(*, by: Actor, client: Client) -> None:
    """Delete a client with all its tokens.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _operator(by)
    subject = f"program:{client.pk}"
    client.delete()
    audit.record(by=by, action="people.program-removed", subject=subject)


@action
def replace_client_keys(*, by: Actor, client: Client, keys: Sequence[dict[str, Any]]) -> None:
    """Make these public keys (JWK) the only authentication of a client; earlier keys and its secret become void.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: for a public client.
    """
    _operator(by)
    if client.type != Client.Type.CONFIDENTIAL:
        raise ActionRefused(_("This is a public client: it cannot authenticate by keys."))
    client.data = (client.data or {}) | {"keys": list(keys)}
    client.save(update_fields=["data"])
    audit.record(by=by, action="people.program-keys-replaced", subject=f"program:{client.pk}")


@action
def issue_token(
    *, by: Actor, client: Client, user: User, scopes: Sequence[str], expires_at: datetime | None = None
) -> str:
    """Issue an access token without the browser flow, for the operator's tests and measurements.

    A token for the desk begins the officer's office day.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _operator(by)
    value = secrets.token_urlsafe(48)
    token = Token(type=Token.Type.ACCESS_TOKEN, client=client, user=user, expires_at=expires_at)
    token.set_value(value)
    token.set_scopes(list(scopes))
    token.save(force_insert=True)
    if any(known.get(scope).officers for scope in scopes if scope in known):
        open_office_day(by=by, user=user, until=timezone.now() + LONGEST_DAY)
    detail = {"program": client.pk, "scopes": list(scopes)}
    audit.record(by=by, action="people.token-issued", subject=f"user:{user.pk}", detail=detail)
    return value


@action
def authorize_client(
    *, by: Actor, user: User, client: Client, asked: Collection[str], granted: Collection[str]
) -> ProgramConsent:
    """Grant scopes to a client, and notify the person. Requested but unticked scopes are revoked, with their tokens.

    Raises:
        NotAllowed: for somebody else's account.
    """
    action_helpers.require_self(by, user.pk)
    consent = _locked_consent(user, client)
    before = set() if consent.stopped_at else set(consent.scopes)
    refused = before & (set(asked) - set(granted))
    if consent.stopped_at or not before:
        consent.allowed_at, consent.stopped_at = timezone.now(), None
    consent.scopes = sorted((before - refused) | set(granted))
    consent.save()
    for token in Token.objects.filter(user=user, client=client) if refused else ():
        if refused & set(token.get_scopes()):
            token.delete()
    if set(consent.scopes) - before:
        security_notifications.notify_client_authorized(user, client.name)
    detail = {"program": client.pk, "scopes": consent.scopes}
    audit.record(by=by, action="people.program-allowed", subject=f"user:{user.pk}", detail=detail)
    return consent


@action
def revoke_client(*, by: Actor, user: User, client: Client) -> None:
    """Revoke a person's consent for a client, with its tokens.

    Raises:
        NotAllowed: for somebody else's account.
    """
    action_helpers.require_self(by, user.pk)
    # The consent first: an exchange that has locked it commits its tokens before they are deleted here.
    living = ProgramConsent.objects.filter(user=user, client=client, stopped_at=None)
    living.update(stopped_at=timezone.now(), scopes=[])
    Token.objects.filter(user=user, client=client).delete()
    audit.record(by=by, action="people.program-stopped", subject=f"user:{user.pk}", detail={"program": client.pk})


@action
def mark_credential_used(*, by: Actor, credential: str, family: str, client: Client, user: User) -> bool:
    """Record the exchange of a code or refresh token (its hash); return False if it was exchanged before."""
    _operator(by)
    about = {"family": family, "client": client, "user": user, "used_at": timezone.now()}
    _used, first = UsedCredential.objects.get_or_create(hash=credential, defaults=about)
    return first


@action
def revoke_token_family(*, by: Actor, user: User, client: Client, family: str) -> int:
    """Revoke every token of one authorization after reuse of a code or refresh token; return their number.

    One of the two users of the credential is a thief (RFC 9700, section 4.14.2), so the person is notified.
    """
    _operator(by)
    tokens = Token.objects.filter(user=user, client=client).filter(Q(data__family=family) | Q(hash=family))
    count, _rows = tokens.delete()
    if count:
        detail = {"program": client.pk, "tokens": count}
        audit.record(by=by, action="people.program-tokens-revoked", subject=f"user:{user.pk}", detail=detail)
        events.publish(ProgramTokensRevoked(user=user.pk, program=client.name, family=family))
    return count


def _locked_consent(user: User, client: Client) -> ProgramConsent:
    subject = encrypted_fields.pairwise_subject(client.pk, user.pk)
    new = {"subject": subject, "allowed_at": timezone.now()}
    consent, _created = ProgramConsent.objects.select_for_update().get_or_create(user=user, client=client, defaults=new)
    return consent


def _operator(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the operator of this city can register programs."))
