"""Verification of a certificate of any known form. Pure; what a verifier learns is in `Verdict`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kini.vaccination.certificates import hc1, shc
from kini.vaccination.certificates.business_rules import Rule, RuleSet, broken_rule
from kini.vaccination.certificates.refusals import Reason, Refused
from kini.vaccination.certificates.trust import Trust


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a verification: of a good certificate also name and birth date, and nothing else of its content.

    Attributes:
        reason: None: it is valid.
        birth_date: YYYY, YYYY-MM, YYYY-MM-DD, or empty.
        form: "hc1" or "shc".
        detail: for operators, in English; without personal data.
        rule: the rule that it does not fulfil.
    """

    reason: Reason | None
    form: str
    name: str = ""
    birth_date: str = ""
    detail: str = ""
    rule: Rule | None = None

    @property
    def is_valid(self) -> bool:
        return self.reason is None


def verify(
    codes: Sequence[str], trust: Trust, at: datetime, rules: RuleSet | None = None, country: str = ""
) -> Verdict:
    """Verify the certificate of a code, or of the several codes of a SMART Health Card; never raises.

    Args:
        at: the moment for which it is checked.
        country: of the verifier, for the acceptance rules.
    """
    form = "shc" if codes and shc.is_card(codes[0]) else "hc1"
    try:
        if form == "shc":
            card = shc.verify(codes, trust, at)
            return Verdict(None, form, card.name, card.birth_date)
        if len(codes) != 1:
            raise Refused(Reason.NOT_READABLE, f"{len(codes)} codes")
        certificate = hc1.verify(codes[0], trust, at)
    except Refused as refusal:
        return Verdict(refusal.reason, form, detail=refusal.detail)
    rule = broken_rule(certificate, rules, at, country) if rules else None
    reason = Reason.AGAINST_RULES if rule else None
    return Verdict(reason, form, certificate.name, certificate.birth_date, rule.identifier if rule else "", rule)
