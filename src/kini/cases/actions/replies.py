"""Canned replies of an agency: create, update, deactivate. Every change is kept as a version."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from kini.cases import rules
from kini.cases.inputs import plain_text
from kini.cases.models import CannedReply, CannedReplyVersion
from kini.city.models import Agency
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, Refused
from kini.core.grants import Scope
from kini.people import keeping
from kini.people.permissions import Permission
from kini.people.rules import require
from kini.services.models import Service

LONGEST_TITLE = 80


@action
def write_reply(*, by: Actor, agency: Agency, service: Service | None, title: str, text: str) -> CannedReply:
    """Create a canned reply, for one service of the agency or (None) for all.

    Raises:
        NotAllowed: without the permission over that service, or over the whole agency.
        Refused: without title or text, with a title that is there, or a placeholder that stands for nothing.
    """
    reply = CannedReply(agency=agency, service=service, number=0)
    return _store(by, reply, title, text, "cases.reply-written")


@action
def begin_replies(*, by: Actor, texts: Mapping[str, str]) -> int:
    """Create these replies, by title, for every agency without any; return their number. Raises as `create_reply`."""
    new = list(Agency.objects.filter(active=True, replies=None))
    for agency in new:
        for title, text in texts.items():
            write_reply(by=by, agency=agency, service=None, title=title, text=text)
    return len(new) * len(texts)


@action
def change_reply(*, by: Actor, reply: CannedReply, title: str, text: str) -> CannedReply:
    """Update a canned reply; the previous text is kept as a version. Raises as `create_reply`."""
    reply = _locked(reply)
    if (reply.title, reply.text) == (title.strip(), text.strip()):
        return reply
    return _store(by, reply, title, text, "cases.reply-changed")


@action
def switch_reply(*, by: Actor, reply: CannedReply, active: bool) -> CannedReply:
    """Deactivate or reactivate a canned reply. Raises as `create_reply`."""
    reply = _locked(reply)
    _require(by, reply)
    if reply.active is not active:
        reply.active = active
        reply.save(update_fields=["active"])
        deed = "cases.reply-offered" if active else "cases.reply-put-aside"
        audit.record(by=by, action=deed, subject=f"reply:{reply.pk}")
    return reply


def _locked(reply: CannedReply) -> CannedReply:
    return CannedReply.objects.select_for_update().get(pk=reply.pk)


def _require(by: Actor, reply: CannedReply) -> None:
    require(by, Permission.MANAGE_REPLIES, Scope(agency=reply.agency_id, service=reply.service_id or ""))


def _store(by: Actor, reply: CannedReply, title: str, text: str, deed: str) -> CannedReply:
    _require(by, reply)
    title, text = " ".join(plain_text(title).split()), plain_text(text)
    if not title:
        raise Refused(_("Give the reply a short title."))
    if len(title) > LONGEST_TITLE:
        raise Refused(_("Write the title in fewer words."))
    if not text:
        raise Refused(_("Write the text of the reply."))
    if unknown := rules.unknown_placeholders(text):
        raise Refused(_("There is no placeholder {%(name)s}. Use one of those listed.") % {"name": unknown[0]})
    reply.title, reply.text, reply.number = title, text, reply.number + 1
    keeping.once(reply.save, _("There is a reply of this title already."))
    CannedReplyVersion.objects.create(reply=reply, number=reply.number, title=title, text=text, by_id=by.user_id)
    detail = {"agency": reply.agency_id, "service": reply.service_id or "", "version": reply.number}
    audit.record(by=by, action=deed, subject=f"reply:{reply.pk}", detail=detail)
    return reply
