"""Writes of Open311: keys of clients, and reports that they file."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.core import audit, current_time
from kini.core.actions import action, single_transaction
from kini.core.actors import ActionRefused, Actor, ActorKind, require_system
from kini.core.crypto import keyed_hash, mac
from kini.core.database.fast_models import build_row, insert_deferred
from kini.core.database.prepared_statements import execute_deferred
from kini.core.files import Upload
from kini.reports import queries
from kini.reports.models import FiledRequest, Open311Client, RequestUpdate
from kini.services.models import ServiceVersion

DIGEST_PURPOSE = "reports.open311-request"
#: The same request within this time is the same report, also without an idempotency key.
SAME_REQUEST = timedelta(minutes=10)
CHANNEL = "partner"
MOST_UPDATES = 100
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@action
def add_open311_client(*, by: Actor, name: str) -> tuple[Open311Client, str]:
    """Register a program that may file reports.

    Returns:
        The client and its key, which is stored nowhere.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: without a name.
    """
    require_system(by)
    if not name.strip():
        raise ActionRefused(_("Give the name of the program and who runs it."))
    key = secrets.token_urlsafe(32)
    client = Open311Client.objects.create(name=name.strip()[:80], key_hash=keyed_hash(key, queries.API_KEY_PURPOSE))
    audit.record(by=by, action="reports.open311-client-added", subject=f"open311-client:{client.pk}")
    return client, key


@action
def revoke_open311_client(*, by: Actor, client: Open311Client) -> None:
    """Refuse the client's key from now on; what it filed stays.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    Open311Client.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=current_time.now())
    audit.record(by=by, action="reports.open311-client-revoked", subject=f"open311-client:{client.pk}")


@action
def file_request(
    *,
    by: Actor,
    client: Open311Client,
    version: ServiceVersion,
    answers: Mapping[str, Any],
    content: bytes,
    photos: tuple[str, Sequence[Upload]] = ("", ()),
    media_url: str = "",
    idempotency_key: str = "",
) -> Case:
    """Open a report that a client files, or return the one that it filed with the same content or key.

    Args:
        answers: valid answers by question, without files.
        content: what makes two requests the same.
        photos: question that takes them, and the files.
        media_url: address of a photo; kept for officers and never fetched.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: the key was used for another request, or the service is not offered.
        FileRefused: a photo cannot be used.
    """
    require_system(by)
    digest = mac(content, DIGEST_PURPOSE)
    execute_deferred(_LOCK, [f"open311 {client.pk} {idempotency_key or digest.hex()}"])
    if idempotency_key:
        same = queries.filed_with_key(client=client.pk, key=idempotency_key)
    else:
        same = queries.filed_with_content(current_time.now() - SAME_REQUEST, client=client.pk, digest=digest)
    for case, filed_digest in same:
        if bytes(filed_digest) != digest:
            raise ActionRefused(_("This Idempotency-Key was used for another request."))
        return Case.objects.get(pk=case)
    guest = Actor(ActorKind.GUEST, session=secrets.token_urlsafe(30))
    if photos[1]:
        case = _submit_with_photos(guest, version, answers, *photos)
    else:
        with single_transaction():
            case = cases.submit_answers(
                by=guest,
                version=version,
                resident=None,
                answers=answers,
                confirm=True,
                channel=CHANNEL,
                without_files=True,
            )
    filed = build_row(
        FiledRequest,
        case=case,
        client=client,
        idempotency_key=idempotency_key,
        digest=digest,
        media_url=media_url,
        created_at=current_time.now(),
    )
    insert_deferred(filed)
    detail = {"client": client.pk}
    audit.record(by=by, action="reports.filed-by-open311", subject=f"case:{case.reference}", detail=detail)
    return case


@action
def file_update(
    *, by: Actor, request: FiledRequest, update_id: str, at: datetime, description: str, media_url: str = ""
) -> RequestUpdate:
    """Keep what somebody added to a request at the program that filed it, for the officers; the same id once.

    Args:
        at: when it was written there.
        media_url: address of a photo; kept for officers and never fetched.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: there are too many, or nothing in it.
    """
    require_system(by)
    request = FiledRequest.objects.select_for_update().select_related("case").get(pk=request.pk)
    if same := request.updates.filter(update_id=update_id).first():
        return same
    if not description and not media_url:
        raise ActionRefused(_("An update needs a description or a media_url."))
    if request.updates.count() >= MOST_UPDATES:
        raise ActionRefused(_("A request has at most %(most)d updates.") % {"most": MOST_UPDATES})
    update = RequestUpdate.objects.create(
        request=request, update_id=update_id, at=at, description=description, media_url=media_url
    )
    audit.record(by=by, action="reports.updated-by-open311", subject=f"case:{request.case.reference}")
    return update


def _submit_with_photos(
    guest: Actor, version: ServiceVersion, answers: Mapping[str, Any], slot: str, uploads: Sequence[Upload]
) -> Case:
    draft = cases.start_draft(by=guest, version=version, channel=CHANNEL)
    files = [str(cases.attach_file(by=guest, draft=draft, slot=slot, upload=each).pk) for each in uploads]
    draft = cases.update_answers(by=guest, draft=draft, values={**answers, slot: {"files": files}})
    return cases.submit(by=guest, draft=draft, confirm=True, without_files=True)
