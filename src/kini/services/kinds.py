"""A kind of service is a plug-in: how its cases start and what their steps do. The registry never names one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from kini.core.registry import Registry
from kini.services.fields.base import Strict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kini.core.texts import Text
    from kini.services.schema import Definition
    from kini.services.versions import Resolved


@dataclass(frozen=True, slots=True)
class OnReceipt:
    """What a kind adds to the receipt of a case (PDF), which people keep and show where there is no net.

    Attributes:
        lines: (label, words).
        code: the path that the QR code carries; empty: that of the case.
        says: what one does with the code.
    """

    lines: "Sequence[tuple[str, str]]"
    code: str = ""
    says: str = ""


class NoOptions(Strict):
    """A kind without options of its own."""


class Kind:
    """Base of all kinds. Subclass it, and register an instance in your `AppConfig.ready`: `kinds.register(K.id, K())`.

    A service file may carry a key with the kind's id (`report: {evidence: photo}`); it is read as `Options`.
    The hooks of a case run inside the transaction of the action that calls them, so what they write stands or falls
    with it; they may raise `Refused` to stop it.
    """

    id: ClassVar[str]
    label: ClassVar[str | Promise]
    #: The deed on the button of the start page.
    verb: ClassVar[str | Promise] = _("Start")
    Options: ClassVar[type[Strict]] = NoOptions
    #: "required": only signed-in residents; "optional": also guests, who follow their case by a secret link.
    sign_in: ClassVar[Literal["required", "optional"]] = "required"
    #: Officers do not see who it came from, unless they may see identities and say why.
    private: ClassVar[bool] = False

    #: What makes two open cases of one service look like the same thing: one resident, or nearly one place and time.
    alike: ClassVar[Literal["resident", "place"]] = "resident"

    #: Whether one asks for something for a person, so that it may be for somebody of the family.
    for_somebody: ClassVar[bool] = True
    #: Only the person can make such a request: the demo makes none up.
    in_person: ClassVar[bool] = False

    #: Years for which an ended case keeps its answers and documents, unless its service sets another term.
    retention_years: ClassVar[int] = 5

    #: True when answers that are figures (choices, numbers) stay after that, for statistics.
    figures_stay: ClassVar[bool] = False

    #: Whether there are cases of this kind, which go along a flow that the service names. Else it is only looked at.
    needs_flow: ClassVar[bool] = True

    def options(self, definition: "Definition") -> Any:
        """The service's options for this kind.

        Raises:
            ValidationError: when they do not fit `Options`.
        """
        return self.Options.model_validate(definition.options_of(self.id))

    def check(self, definition: "Definition") -> "Iterable[tuple[tuple[str | int, ...], str]]":
        """Faults of a definition that only this kind can see: (place in the file, what is wrong and how to mend it).

        Its `ask` has the pages of blocks in their place.
        """
        try:
            self.options(definition)
        except ValidationError as error:
            for fault in error.errors():
                yield (self.id, *fault["loc"]), fault["msg"]

    def title(self, definition: "Definition") -> "Text":
        """What messages and lists of cases call the service; a neutral one where the name itself could harm."""
        return definition.name

    def quick_exit(self, definition: "Definition") -> bool:
        """Whether pages of the service show a way out that leaves no trace on the screen."""
        return False

    def call(self, definition: "Definition") -> str:
        """The channel (channels.yaml) to call where minutes count; its number stands on top of every question."""
        return ""

    def step(self, draft: Any) -> str:
        """Address of a page of the kind's own between the questions and the check; empty once that is done."""
        return ""

    def preview(self, resolved: "Resolved", given: dict[str, Any], draft: Any) -> tuple[str, dict[str, Any]] | None:
        """A template and its context for the page on which somebody checks their answers before sending them, or None.

        Raises:
            Refused: when with these answers nothing can be sent; the page says why.
        """
        return None

    def opened(self, case: Any) -> Any:
        """Called once, when a case of this kind has been opened (and routed), before its transaction commits.

        Returns:
            The case as it is then: another object where a further action changed it.
        """
        return case

    def rehearse(self, resolved: "Resolved", number: int) -> None:
        """Make what the example answers of that number speak of; called by the demo and the robot before they apply."""

    def rehearse_step(self, by: Any, draft: Any, number: int) -> None:
        """Do for the demo what somebody does on the page of `step`."""

    def rehearse_move(self, case: Any, move: str) -> None:
        """Bring about what a step needs that nobody can do by hand, such as time that passes; for the robot."""

    def before_move(self, case: Any, move: str, given: dict[str, Any]) -> None:
        """Called before a case goes along an edge; raise `Refused` where the kind does not allow it."""

    def moved(self, case: Any, move: str, given: dict[str, Any]) -> None:
        """Called after a case has gone along an edge."""

    def panel(self, case: Any) -> tuple[str, dict[str, Any]] | None:
        """A template and its context that stand on the tracker and on the officer's case page, or None."""
        return None

    def on_receipt(self, case: Any) -> OnReceipt | None:
        """What its receipt says besides number, service and next steps, or None."""
        return None


kinds: Registry[Kind] = Registry("kind of service")


def opening_cases() -> list[str]:
    """The kinds whose services are applied for: they have a flow, and what was asked for becomes a case."""
    return [kind.id for kind in kinds if kind.needs_flow]
