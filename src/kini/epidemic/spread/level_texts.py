"""Plain words for levels and zones."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

#: Meaning of a level for a resident.
LEVEL_MEANS: Final[Mapping[int, str | Promise]] = {
    1: gettext_lazy("Few people are ill and hospitals have room. Go about your day; stay at home when you are ill."),
    2: gettext_lazy("Some people are ill. Wear a mask indoors and in crowds, and keep rooms aired."),
    3: gettext_lazy("Many people are ill. Meet fewer people, wear a mask outside your home, and avoid crowds."),
    4: gettext_lazy("Very many people are ill and hospitals are filling. Stay at home as much as you can."),
}
#: Tone of a level, as of notices.
LEVEL_TONES: Final[Mapping[int, str]] = {1: "ok", 2: "info", 3: "warn", 4: "bad"}
#: Names of the indicators of level rules.
RATING_LABELS: Final[Mapping[str, str | Promise]] = {
    "cases": gettext_lazy("cases of a week for each 100,000 people"),
    "admissions": gettext_lazy("people taken to hospital in a week for each 100,000"),
    "deaths": gettext_lazy("deaths of a week for each 100,000 people"),
    "positivity": gettext_lazy("positive tests, per cent"),
    "contacts": gettext_lazy("contacts for each case"),
    "occupancy": gettext_lazy("beds in use, per cent"),
}
