"""Mentions ("@Name") in internal notes and placeholders ("{reference}") in canned replies."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Placeholders of canned replies with their descriptions.
PLACEHOLDERS: Mapping[str, str | Promise] = {
    "reference": _("the number of the case"),
    "service": _("the name of the service"),
    "step": _("the current step"),
    "due": _("the deadline for the decision"),
    "agency": _("the name of the agency"),
    "officer": _("the author's name"),
}
_PLACE = re.compile(r"\{([^{}\s]*)\}")


def find_mentions(text: str, names: Mapping[int, str]) -> frozenset[int]:
    """Keys of all whose full name follows an "@"; of two names with the same beginning the longer one wins.

    Args:
        names: of colleagues, by id; all who are called the same are meant.
    """
    called: dict[str, set[int]] = {}
    for pk, name in names.items():
        called.setdefault(" ".join(name.casefold().split()), set()).add(pk)
    if not called:
        return frozenset()
    longest_first = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
    mentioned = re.findall(rf"(?<!\w)@({longest_first})(?!\w)", " ".join(text.casefold().split()))
    return frozenset().union(*(called[name] for name in mentioned))


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace "{name}" by its value. Placeholders without a value stay, so that they are noticed."""
    return _PLACE.sub(lambda place: values.get(place[1], "") or place[0], text)


def unknown_placeholders(text: str) -> list[str]:
    """Placeholders for which there is no value."""
    return sorted({name for name in _PLACE.findall(text) if name not in PLACEHOLDERS})
