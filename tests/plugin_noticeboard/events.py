"""Events of the noticeboard."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class NoticePosted(Event):
    name: ClassVar[str] = "noticeboard.posted"

    notice: int
