"""Reports by WhatsApp and SMS: photo, location and text become a draft that is finished by its link.

There is no conversation state: everything somebody sends within a day goes into the same draft of the service named
by the pack (`report` in messages.toml), and each reply lists what is missing. Who has no account begins a guest's
draft, which belongs to the browser that first writes to it.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases import actions
from kini.cases.models import Draft
from kini.cases.public import MESSAGE_CHANNEL, case_answers, message_sender
from kini.city.public import pack
from kini.core import attempt_limits, current_time, upload_quotas
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.core.config_files import ConfigError
from kini.messages.models import InboundMessage
from kini.messages.public import FILE, configured_providers, load_message_settings, message_settings
from kini.people.models import Resident
from kini.people.public import contacts
from kini.people.queries import user_by_contact
from kini.services.models import Service
from kini.services.public import InvalidAnswer, ServiceSnapshot, snapshot_of

#: Keyword that begins a report by text; a photo or a location needs none.
BEGINS = re.compile(r"^\s*(?:LAPOR|REPORT)\b[\s:,.-]*(.*)$", re.IGNORECASE | re.DOTALL)
SAME_REPORT = timedelta(days=1)
#: Limit on photos of a number without an account.
GUEST_PHOTOS = attempt_limits.Limit("reports.message-photo", count=12, seconds=24 * 3600)


def receive_report(heard: InboundMessage) -> str | None:
    """Begin a report, or add to today's: a photo, a location, or a text that begins with the word REPORT."""
    words = BEGINS.match(heard.text)
    if not (words or heard.photo or heard.latitude is not None):
        return None
    return _add(heard, words[1].strip() if words else heard.text.strip(), begin=True)


def continue_report(heard: InboundMessage) -> str | None:
    """Add a text without a keyword to the report that was begun today; None if there is none."""
    return _add(heard, heard.text.strip(), begin=False) if heard.text.strip() else None


def _add(heard: InboundMessage, words: str, *, begin: bool) -> str | None:
    """Add what was sent to the draft and reply with what is missing and the link."""
    service = Service.objects.select_related("current").filter(pk=message_settings().report, active=True).first()
    if service is None or service.current is None:
        return None
    user = user_by_contact(contacts.Contact("phone", heard.sender))
    resident = Resident.objects.filter(user=user).first() if user else None
    by = Actor(ActorKind.RESIDENT, user.pk) if user and resident else message_sender(heard.sender)
    draft = _draft(by)
    if draft is None and not begin:
        return None
    with translation.override((user.language if user else "") or pack.current().languages[0]):
        draft = draft or actions.start_draft(by=by, version=service.current, resident=resident, channel=MESSAGE_CHANNEL)
        try:
            _take(by, draft, heard, words)
        except (ActionRefused, InvalidAnswer) as refusal:
            return str(refusal)
        return _missing(Draft.objects.select_related("version").get(pk=draft.pk), heard.channel)


def _draft(by: Actor) -> Draft | None:
    """Current draft of the reporter."""
    since = current_time.now() - SAME_REPORT
    theirs = Q(owner_id=by.user_id) if by.user_id else Q(owner__isnull=True, session=by.session)
    drafts = Draft.objects.filter(theirs, channel=MESSAGE_CHANNEL, case=None, created_at__gt=since)
    return drafts.select_related("version").order_by("-created_at").first()


def _name(snapshot: ServiceSnapshot, sort: str) -> str:
    """First question of that type; empty if the service has none."""
    return next((name for page in snapshot.pages for name, field in page.fields.items() if field.type == sort), "")


def _take(by: Actor, draft: Draft, heard: InboundMessage, words: str) -> None:
    snapshot = snapshot_of(draft.version)
    if heard.photo and (name := _name(snapshot, "photo")):
        content = configured_providers()[heard.provider].photo(heard.photo)
        upload = SimpleUploadedFile("whatsapp.jpg", content, "image/jpeg")
        if draft.owner_id:
            upload_quotas.count_account_uploads(draft.owner_id, [upload])
        else:
            attempt_limits.consume(GUEST_PHOTOS, heard.sender)
        document = actions.attach_file(by=by, draft=draft, slot=name, upload=upload)
        files = (case_answers.of_draft(draft).get(name) or {}).get("files", [])
        actions.update_answers(by=by, draft=draft, values={name: {"files": [*files, str(document.pk)]}})
    if heard.latitude is not None and (name := _name(snapshot, "location")):
        value = snapshot.fields[name].parse_json({"lat": heard.latitude, "lon": heard.longitude})
        actions.update_answers(by=by, draft=draft, values={name: value})
    if words and (name := _name(snapshot, "longtext")):
        actions.update_answers(by=by, draft=draft, values={name: snapshot.fields[name].parse_json(words)})


def _missing(draft: Draft, channel: str) -> str:
    snapshot, current = snapshot_of(draft.version), case_answers.of_draft(draft)
    words = {"photo": _("a photo"), "location": _("your location"), "longtext": _("REPORT and what is going on")}
    left = [word for sort, word in words.items() if (name := _name(snapshot, sort)) and not current.get(name)]
    address = f"{settings.ENV.address}{reverse('cases:draft', args=[draft.pk])}"
    if left and channel == "whatsapp":
        return _("Thank you. Please also send: {left}. Or finish it here: {address}").format(
            left=", ".join(left), address=address
        )
    return _("Thank you. Check your report and send it here: {address}").format(address=address)


def check_report_service(root: Path) -> Iterator[ConfigError]:
    """Check that the service named in messages.toml exists."""
    name = load_message_settings(root).report if (root / FILE).exists() else ""
    if name and not list(root.glob(f"services/*/{name}.yaml")):
        yield ConfigError(
            FILE,
            0,
            "report",
            _('there is no service "%(name)s"') % {"name": name},
            _("Name a service of the kind report."),
        )
