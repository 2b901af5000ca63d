"""Scores of ratings in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Scores in words.
SCORES: Mapping[int, str | Promise] = {
    1: _("Very bad"),
    2: _("Bad"),
    3: _("Fair"),
    4: _("Good"),
    5: _("Very good"),
}
#: Outcomes decided by the city; withdrawn and expired cases are not rated.
RATED_OUTCOMES = frozenset({"granted", "refused", "solved", "unfounded"})
