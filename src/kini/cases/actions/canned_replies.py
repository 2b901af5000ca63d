"""Canned replies of an agency: create, update, deactivate. Every change is kept as a version."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from kini.cases import rules
from kini.cases.models import CannedReply, CannedReplyVersion
from kini.cases.permissions import CasePermission
from kini.cases.transition_inputs import clean_form_text
from kini.city.models import Agency
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.people.public import action_helpers
from kini.people.rules import require
from kini.services.models import Service

MAX_REPLY_TITLE = 80


@action
def create_reply(*, by: Actor, agency: Agency, service: Service | None, title: str, text: str) -> CannedReply:
    """Create a canned reply, for one service of the agency or (None) for all.

    Raises:
        NotAllowed: without the permission over that service, or over the whole agency.
        ActionRefused: without title or text, with a title that is there, or a placeholder that stands for nothing.
    """
    reply = CannedReply(agency=agency, service=service, number=0)
    return _store(by, reply, title, text, "cases.reply-written")


@action
def create_default_replies(*, by: Actor, texts: Mapping[str, str]) -> int:
    """Create these replies, by title, for every agency without any; return their number. Raises as `create_reply`."""
    new = list(Agency.objects.filter(active=True, replies=None))
    for agency in new:
        for title, text in texts.items():
            create_reply(by=by, agency=agency, service=None, title=title, text=text)
    return len(new) * len(texts)


@action
def update_reply(*, by: Actor, reply: CannedReply, title: str, text: str) -> CannedReply:
    """Update a canned reply; the previous text is kept as a version. Raises as `create_reply`."""
    reply = _locked(reply)
    if (reply.title, reply.text) == (title.strip(), text.strip()):
        return reply
    return _store(by, reply, title, text, "cases.reply-changed")


@action
def set_reply_active(*, by: Actor, reply: CannedReply, active: bool) -> CannedReply:
    """Deactivate or reactivate a canned reply. Raises as `create_reply`."""
    reply = _locked(reply)
    _require(by, reply)
    if reply.active is not active:
        reply.active = active
        reply.save(update_fields=["active"])
        event = "cases.reply-offered" if active else "cases.reply-put-aside"
        audit.record(by=by, action=event, subject=f"reply:{reply.pk}")
    return reply


def _locked(reply: CannedReply) -> CannedReply:
    return CannedReply.objects.select_for_update().get(pk=reply.pk)


def _require(by: Actor, reply: CannedReply) -> None:
    require(by, CasePermission.MANAGE_REPLIES, Scope(agency=reply.agency_id, service=reply.service_id or ""))


def _store(by: Actor, reply: CannedReply, title: str, text: str, event: str) -> CannedReply:
    _require(by, reply)
    title, text = " ".join(clean_form_text(title).split()), clean_form_text(text)
    if not title:
        raise ActionRefused(_("Give the reply a short title."))
    if len(title) > MAX_REPLY_TITLE:
        raise ActionRefused(_("Write the title in fewer words."))
    if not text:
        raise ActionRefused(_("Write the text of the reply."))
    if unknown := rules.unknown_placeholders(text):
        raise ActionRefused(_("There is no placeholder {%(name)s}. Use one of those listed.") % {"name": unknown[0]})
    reply.title, reply.text, reply.number = title, text, reply.number + 1
    action_helpers.create_once(reply.save, _("There is already a reply with this title."))
    CannedReplyVersion.objects.create(reply=reply, number=reply.number, title=title, text=text, by_id=by.user_id)
    detail = {"agency": reply.agency_id, "service": reply.service_id or "", "version": reply.number}
    audit.record(by=by, action=event, subject=f"reply:{reply.pk}", detail=detail)
    return reply
