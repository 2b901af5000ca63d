"""Internal notes and canned replies: who is meant by "@Name", and what stands for "{reference}"."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What a canned reply may leave to be filled in, in words.
PLACEHOLDERS: Mapping[str, str | Promise] = {
    "reference": _("the number of the case"),
    "service": _("the name of the service"),
    "step": _("the step at which the case is"),
    "due": _("by when it is to be decided"),
    "agency": _("the name of the agency"),
    "officer": _("who writes"),
}
_PLACE = re.compile(r"\{([^{}\s]*)\}")


def mentioned(text: str, names: Mapping[int, str]) -> frozenset[int]:
    """Those whose whole name stands in the text after an "@"; of two that begin alike the longer one is meant.

    Args:
        names: of colleagues, by id; all who are called the same are meant.
    """
    called: dict[str, set[int]] = {}
    for pk, name in names.items():
        called.setdefault(" ".join(name.casefold().split()), set()).add(pk)
    if not called:
        return frozenset()
    longest_first = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
    found = re.findall(rf"(?<!\w)@({longest_first})(?!\w)", " ".join(text.casefold().split()))
    return frozenset().union(*(called[name] for name in found))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in place of "{name}"; what has no value stays, so that somebody sees it."""
    return _PLACE.sub(lambda place: values.get(place[1], "") or place[0], text)


def unknown_placeholders(text: str) -> list[str]:
    """Names in braces that stand for nothing."""
    return sorted({name for name in _PLACE.findall(text) if name not in PLACEHOLDERS})
