"""Wizard over the questions of a service, for an application or the correction of a case.

Both show the same pages; they differ in their URLs and in the final page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kini.cases import actions, case_answers, corrections, queries, read_log
from kini.cases.locking import require_usable
from kini.cases.models import Attachment, Case, Draft
from kini.cases.pages.guards import AlreadySubmitted, QuestionSkipped, guest_key, own_case_for_visitor
from kini.core.actors import Actor
from kini.core.localized_text import Text, speak_of
from kini.people.models import Resident
from kini.people.public import profile_values
from kini.people.queries import actor_for
from kini.services.public import (
    Kind,
    PageSnapshot,
    ServiceSnapshot,
    emergency_number,
    kinds,
    questions,
    snapshot_of,
)


@dataclass(frozen=True)
class ApplicationWizard:
    """Draft with the data its pages need.

    Attributes:
        case: the case that is corrected; None for an application on its way.
        known: answers from the profile, by attribute.
        change: the visitor came from the summary to change one page, and goes back there.
    """

    actor: Actor
    draft: Draft
    case: Case | None
    known: Mapping[str, Any]
    guest_key: str = ""
    change: bool = False

    @cached_property
    def snapshot(self) -> ServiceSnapshot:
        return snapshot_of(self.draft.version)

    @cached_property
    def answers(self) -> dict[str, Any]:
        return case_answers.of_draft(self.draft)

    @property
    def kind(self) -> Kind[Any, Case, Draft]:
        return kinds.get(self.draft.version.service.kind)

    @property
    def title(self) -> Text:
        """Title of the service, neutral where its name could harm."""
        return self.kind.title(self.snapshot.definition)

    @property
    def quick_exit(self) -> bool:
        return self.kind.quick_exit(self.snapshot.definition)

    @property
    def emergency_channel(self) -> str:
        """Phone number for emergencies, or ""."""
        return emergency_number(self.snapshot)

    @property
    def behalf(self) -> str:
        """Name of the person applied for; empty for oneself."""
        resident = self.draft.resident
        if resident is None or resident.user_id == self.actor.user_id:
            return ""
        return resident.name or _("a person without a name yet")

    @property
    def at_counter(self) -> bool:
        return self.draft.channel == "counter"

    @cached_property
    def pages(self) -> list[PageSnapshot]:
        """Applicable pages given the answers; in a correction only those that may be changed."""
        applicable = questions.applicable_pages(self.snapshot, self.answers, self.known)
        if self.case is None:
            return applicable
        open_now = corrections.open_pages(self.case, self.draft, self.snapshot)
        return [page for page in applicable if page.key in open_now]

    def page(self, key: str) -> PageSnapshot:
        """Return the page with that key.

        Raises:
            Http404: when the service has no such page.
            QuestionSkipped: the page is not applicable given the answers.
        """
        if key not in {page.key for page in self.snapshot.pages}:
            raise Http404
        applicable = next((page for page in self.pages if page.key == key), None)
        if applicable is None:
            raise QuestionSkipped(self.end)
        return applicable

    @cached_property
    def missing(self) -> list[PageSnapshot]:
        """Pages with missing answers, in order."""
        return list(questions.missing_pages(self.snapshot, self.answers, self.known))

    @cached_property
    def documents(self) -> dict[str, Attachment]:
        """Documents in use by id, in upload order."""
        return {str(document.pk): document for document in corrections.current_documents(self.draft)}

    def reloaded(self) -> "ApplicationWizard":
        """Return the wizard with freshly loaded answers."""
        related = Draft.objects.select_related("version__service", "case", "resident__area")
        draft = related.defer("version__content").get(pk=self.draft.pk)
        return ApplicationWizard(self.actor, draft, self.case, self.known, self.guest_key, self.change)

    # URLs

    def url(self, name: str, **more: Any) -> str:
        """URL within this wizard: "question", "item", "item-remove", "onward", "file" or "file-remove"."""
        root = {"reference": self.case.reference} if self.case else {"draft": self.draft.pk}
        return reverse(f"cases:{name}", kwargs=root | more)

    @property
    def end(self) -> str:
        """URL of the final page."""
        return self.url("correct" if self.case else "check")

    @property
    def next_missing(self) -> str:
        """URL of the first page with missing answers, else the final page."""
        return self.question(self.missing[0].key) if self.missing else self.end

    def question(self, key: str) -> str:
        """URL of a page, keeping the way back to the summary."""
        return self.url("question", key=key) + ("?change=1" if self.change else "")

    def before(self, key: str) -> str:
        """URL of the back link."""
        if self.change or self.case:
            return self.end
        earlier = [page for page in self.pages if self._number(page.key) < self._number(key)]
        if earlier:
            return self.url("question", key=earlier[-1].key)
        return reverse("services:service", args=[self.draft.version.service_id])

    def after(self, key: str) -> str:
        """URL that follows once the page is answered."""
        if self.case:
            return self.end
        if self.change:
            return self.next_missing
        later = [page for page in self.pages if self._number(page.key) > self._number(key)]
        return self.url("question", key=later[0].key) if later else self.next_missing

    def part(self, key: str) -> tuple[int, int]:
        """(position, total) of a page; the summary is the last one, where there is one."""
        earlier = sum(self._number(page.key) < self._number(key) for page in self.pages)
        return earlier + 1, len(self.pages) + (0 if self.snapshot.sent_at_once else 1)

    def sends(self, key: str) -> bool:
        """Return True if answering this page sends the case: the last one where others are asked afterwards."""
        at_once = self.case is None and self.snapshot.sent_at_once
        return at_once and key == self.pages[-1].key

    def _number(self, key: str) -> int:
        """Position among all pages of the service, applicable or not."""
        return [page.key for page in self.snapshot.pages].index(key)


def wizard_for(request: HttpRequest, *, draft: UUID | None = None, reference: str = "") -> ApplicationWizard:
    """Wizard of the request: /apply/DRAFT/... or /cases/REFERENCE/correct/...

    Raises:
        Draft.DoesNotExist, Case.DoesNotExist: when it is somebody else's.
        SentAlready: when the draft became a case.
        Expired, ActionRefused: when it cannot be gone on with.
    """
    actor = actor_for(request)
    change = bool(request.GET.get("change"))
    if draft is None:
        case = own_case_for_visitor(request, reference)
        key = guest_key(request, case.reference)
        opened = actions.open_correction(by=actor, case=case, guest_key=key)
        return _speaking(ApplicationWizard(actor, opened, case, {}, key, change))
    stored = queries.draft_for(actor, draft)
    if stored.case:
        raise AlreadySubmitted(stored.case)
    resident = require_usable(stored).resident
    read_log.log_drafts(actor, [stored])
    if stored.owner_id is None and actor.user_id:
        resident = Resident.objects.select_related("area").filter(user_id=actor.user_id).first()
    known = profile_values.known_to(actor.user_id, resident) if resident else {}
    return _speaking(ApplicationWizard(actor, stored, None, known, change=change))


def _speaking(wizard: ApplicationWizard) -> ApplicationWizard:
    """The wizard, whose questions speak of the person applied for."""
    speak_of(wizard.behalf)
    return wizard
