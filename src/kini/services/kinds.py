"""Plug-in point for kinds of services: how their cases start, and hooks for each step."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from kini.core.config_files import validation_faults
from kini.core.config_messages import Fault
from kini.core.registry import Registry
from kini.services.fields.base import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kini.core.localized_text import Text
    from kini.services.flows import Flow
    from kini.services.schema import Definition
    from kini.services.snapshots import ServiceSnapshot


type TemplatePart = tuple[str, dict[str, Any]]
"""Name of a template and its context."""


@dataclass(frozen=True, slots=True)
class ReceiptDetails:
    """Details that a kind adds to the PDF receipt of a case, which residents may show offline.

    Attributes:
        lines: (label, text).
        code: path encoded in the QR code; empty: the path of the case.
        says: instruction printed beside the code.
    """

    lines: "Sequence[tuple[str, str]]"
    code: str = ""
    says: str = ""


class NoOptions(StrictModel):
    """Options of a kind that has none."""


class Kind[OptionsT: StrictModel, CaseT, DraftT]:
    """Base class of kinds. Register an instance in `AppConfig.ready`: `kinds.register(K.id, K())`.

    Type parameters: the model of `Options`, and the models of cases and drafts, which a room above defines.

    The key of a service file named after the kind (`report: {evidence: photo}`) is parsed as `Options`.
    Case hooks run inside the transaction of the calling action and may raise `ActionRefused` to abort it.
    """

    id: ClassVar[str]
    label: ClassVar[str | Promise]
    #: Button text of the start page.
    verb: ClassVar[str | Promise] = _("Start")
    Options: type[OptionsT] = NoOptions  # type: ignore[assignment]
    #: "required": signed-in residents only; "optional": guests too, who follow their case by a secret link.
    sign_in: ClassVar[Literal["required", "optional"]] = "required"
    #: Hides the applicant from officers, unless they may see identities and state a reason.
    private: ClassVar[bool] = False

    #: Criterion for possible duplicates among open cases: same resident, or nearby place and time.
    duplicates_by: ClassVar[Literal["resident", "place"]] = "resident"

    #: Whether pages may be asked after sending (`later: true`). The last question before then sends without a summary.
    may_ask_later: ClassVar[bool] = False

    #: Whether a resident may apply on behalf of a family member.
    can_be_for_family: ClassVar[bool] = True
    #: Only the person themselves can apply, so the demo creates no such cases.
    in_person: ClassVar[bool] = False

    #: Years that a closed case keeps its answers and documents, unless the service sets its own term.
    retention_years: ClassVar[int] = 5

    #: Whether choices and numbers are kept after that, for statistics.
    keeps_statistics: ClassVar[bool] = False

    #: Whether services of this kind open cases and so need a flow; otherwise they only show information.
    has_cases: ClassVar[bool] = True

    def options(self, definition: "Definition") -> OptionsT:
        """Parse the service's options for this kind.

        Raises:
            ValidationError: when they do not match `Options`.
        """
        return self.Options.model_validate(definition.options_of(self.id))

    def check(self, definition: "Definition") -> "Iterable[Fault]":
        """Validate a definition; yield errors with their place in the file.

        Blocks in its `ask` are already expanded to pages.
        """
        try:
            self.options(definition)
        except ValidationError as error:
            for fault in validation_faults(error, self.Options, definition.options_of(self.id)):
                yield fault._replace(place=(self.id, *fault.place))

    def check_flow(self, definition: "Definition", flow: "Flow") -> "Iterable[Fault]":
        """Validate a definition together with its flow; yield errors with their place in the service's file."""
        return ()

    def title(self, definition: "Definition") -> "Text":
        """Title for messages and lists of cases; neutral if the service's name itself is sensitive."""
        return definition.name

    def quick_exit(self, definition: "Definition") -> bool:
        """Return whether the service's pages show a "leave this page quickly" button."""
        return False

    def emergency_channel(self, definition: "Definition") -> str:
        """Id of the emergency channel (channels.yaml) shown above every question; empty: none."""
        return ""

    def extra_page_url(self, draft: DraftT) -> str:
        """URL of the kind's own page between questions and summary; empty once it is complete."""
        return ""

    def page_fault(self, snapshot: "ServiceSnapshot", given: dict[str, Any], page: str) -> tuple[str, str] | None:
        """Error of a page's valid answers as (field, message), for what only the kind knows."""
        return None

    def preview(self, snapshot: "ServiceSnapshot", given: dict[str, Any], draft: DraftT) -> TemplatePart | None:
        """Template and context added to the summary page before submission, or None.

        Raises:
            ActionRefused: when these answers cannot be submitted; the page shows the reason.
        """
        return None

    def after_open(self, case: CaseT) -> CaseT:
        """Hook after a case has been opened and routed, in the same transaction.

        Returns:
            The current case: another object if a nested action changed it.
        """
        return case

    def validate_move(self, case: CaseT, move: str, given: dict[str, Any]) -> None:
        """Hook before a move; raises `ActionRefused` if the kind does not allow it."""

    def after_move(self, case: CaseT, move: str, given: dict[str, Any]) -> None:
        """Hook after a move."""

    def panel(self, case: CaseT) -> TemplatePart | None:
        """Template and context shown on the tracker and on the officer's case page, or None."""
        return None

    def message_facts(self, case: CaseT) -> "Sequence[tuple[str, str]]":
        """Facts (label, text) that a message about the case's state names: day, hour, place, amount."""
        return []

    def receipt_details(self, case: CaseT) -> ReceiptDetails | None:
        """Details added to the case's receipt, or None."""
        return None


kinds: Registry[Kind[Any, Any, Any]] = Registry("kind of service")


def kinds_with_cases() -> list[str]:
    """Ids of the kinds whose services open cases."""
    return [kind.id for kind in kinds if kind.has_cases]
