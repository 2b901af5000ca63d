"""Words for the results of a verification, the same on the command line, on pages and in scripts."""

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kini.vaccination.certificates.refusals import Reason
from kini.vaccination.certificates.verification import Verdict

VALID = gettext_lazy("The certificate is valid. Compare name and birth date with an identity card.")
REASONS: dict[Reason, str | Promise] = {
    Reason.NOT_READABLE: gettext_lazy("This code cannot be read. Scan it again, or ask for another certificate."),
    Reason.TOO_LONG: gettext_lazy("This code is too long for a certificate."),
    Reason.MALFORMED: gettext_lazy("This certificate is not made as it should be."),
    Reason.NOT_TRUSTED: gettext_lazy(
        "This certificate is not signed by a key that the city trusts, or it was changed."
    ),
    Reason.WRONG_KEY_USAGE: gettext_lazy("The key of this certificate may not sign certificates of this kind."),
    Reason.REVOKED: gettext_lazy("This certificate was revoked."),
    Reason.NOT_YET_VALID: gettext_lazy("This certificate is not valid yet."),
    Reason.EXPIRED: gettext_lazy("This certificate has expired."),
    Reason.AGAINST_RULES: gettext_lazy("The signature is good, but the certificate does not meet the city's rules."),
}


def sentence(verdict: Verdict) -> str:
    """Sentence about a verdict; of a broken rule also its description."""
    if verdict.reason is None:
        return str(VALID)
    text = str(REASONS[verdict.reason])
    if verdict.rule:
        return _("%(sentence)s %(rule)s") % {"sentence": text, "rule": verdict.rule.sentence(get_language() or "en")}
    return text
