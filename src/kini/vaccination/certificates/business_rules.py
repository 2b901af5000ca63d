"""Business rules of a country or of the city: CertLogic as the EU publishes it, and value sets. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kini.vaccination.certificates import certlogic
from kini.vaccination.certificates.certlogic import CertLogicError
from kini.vaccination.certificates.hc1 import HealthCertificate

_KIND_OF_TYPE = {"Vaccination": "v", "Test": "t", "Recovery": "r"}
_VERSION = re.compile(r"\d+(\.\d+)*")


class UnreadableRules(ValueError):
    """A file that has no rules; the message names the rule and what is wrong."""


class Description(BaseModel):
    lang: str
    desc: str


class Rule(BaseModel):
    """One rule. Its logic gives true for a certificate that it accepts."""

    model_config = ConfigDict(populate_by_name=True, frozen=True)

    identifier: str = Field(alias="Identifier", min_length=1, max_length=60)
    type: str = Field("Acceptance", alias="Type")
    country: str = Field("", alias="Country")
    version: str = Field("1.0.0", alias="Version")
    certificate_type: Literal["General", "Vaccination", "Test", "Recovery"] = Field("General", alias="CertificateType")
    valid_from: AwareDatetime = Field(datetime(2020, 1, 1, tzinfo=UTC), alias="ValidFrom")
    valid_to: AwareDatetime = Field(datetime(2100, 1, 1, tzinfo=UTC), alias="ValidTo")
    description: tuple[Description, ...] = Field((), alias="Description")
    logic: Any = Field(alias="Logic")

    def sentence(self, language: str) -> str:
        """Description in a language, else in English, else the first one; at worst the identifier."""
        texts = {each.lang.split("-")[0]: each.desc for each in reversed(self.description)}
        return texts.get(language.split("-")[0]) or texts.get("en") or next(iter(texts.values()), self.identifier)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules and the value sets that they refer to: codes by id of the set."""

    rules: tuple[Rule, ...] = ()
    value_sets: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def merged(self, other: "RuleSet") -> "RuleSet":
        return RuleSet(self.rules + other.rules, {**self.value_sets, **other.value_sets})


_RULES: TypeAdapter[list[Rule]] = TypeAdapter(list[Rule])


def read_rules(content: Any) -> RuleSet:
    """Read rules (one or a list) or value sets, as published.

    Raises:
        UnreadableRules: with what is wrong.
    """
    items = content if isinstance(content, list) else [content]
    sets = {each["valueSetId"]: list(each["valueSetValues"]) for each in items if _is_value_set(each)}
    others = [each for each in items if not _is_value_set(each)]
    try:
        rules = _RULES.validate_python(others)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise UnreadableRules(
            f"rule {first['loc'][0]}: {'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"
        ) from None
    for rule in rules:
        for issue in certlogic.validate(rule.logic):
            raise UnreadableRules(f"rule {rule.identifier}: {issue.message}")
    if not rules and not sets:
        raise UnreadableRules("there are no rules and no value sets")
    return RuleSet(tuple(rules), sets)


def _is_value_set(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("valueSetValues"), Mapping) and "valueSetId" in item


def applicable(rules: Iterable[Rule], kinds: Iterable[str], at: datetime, countries: Iterable[str]) -> list[Rule]:
    """Rules in force for certificates of these kinds: of each identifier the newest version; boosters left out.

    Args:
        countries: whose acceptance rules count (of the verifier) and whose invalidation rules (of the issuer), in turn.
    """
    own, issuing = countries
    newest: dict[str, Rule] = {}
    wanted = {"General"} | {name for name, kind in _KIND_OF_TYPE.items() if kind in set(kinds)}
    for rule in rules:
        country = {"Acceptance": own, "Invalidation": issuing}.get(rule.type)
        in_force = rule.valid_from <= at < rule.valid_to
        if country is None or not in_force or rule.certificate_type not in wanted:
            continue
        if country and rule.country and rule.country != country:
            continue
        known = newest.get(rule.identifier)
        if known is None or _version(rule) > _version(known):
            newest[rule.identifier] = rule
    return list(newest.values())


def _version(rule: Rule) -> tuple[int, ...]:
    match = _VERSION.match(rule.version)
    return tuple(map(int, match[0].split("."))) if match else ()


def broken_rule(certificate: HealthCertificate, rule_set: RuleSet, at: datetime, country: str = "") -> Rule | None:
    """The first rule that a certificate does not fulfil, or that has no value for it; None: it fulfils all."""
    if certificate.content is None:
        return None  # rules are about certificates of the EU's form
    issuing = certificate.content.entries[0].co
    data = {
        "payload": certificate.raw,
        "external": {
            "validationClock": at.isoformat(timespec="milliseconds"),
            "valueSets": dict(rule_set.value_sets),
            "countryCode": country,
            "issuerCountryCode": certificate.issuer or issuing,
            "exp": certificate.expires_at.isoformat() if certificate.expires_at else None,
            "iat": certificate.issued_at.isoformat() if certificate.issued_at else None,
            "kid": certificate.key.key_id.hex(),
        },
    }
    for rule in applicable(rule_set.rules, certificate.kinds, at, (country, issuing)):
        try:
            if certlogic.evaluate(rule.logic, data) is not True:
                return rule
        except CertLogicError:
            return rule
    return None
