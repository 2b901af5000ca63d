"""The marks that residents give, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What each mark means.
SCORES: Mapping[int, str | Promise] = {
    1: _("Very bad"),
    2: _("Bad"),
    3: _("Fair"),
    4: _("Good"),
    5: _("Very good"),
}
#: Ends at which the city decided something; what was withdrawn or ran out says nothing about it.
RATED_OUTCOMES = frozenset({"granted", "refused", "solved", "unfounded"})
