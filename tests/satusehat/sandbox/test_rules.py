"""Table of rules: every published number, an effect of every line, and the Ministry's own examples."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given
from hypothesis import strategies as st

from kini.satusehat.sandbox import structure
from kini.satusehat.sandbox.fhir_server import references
from kini.satusehat.sandbox.outcomes import Issue, Refused
from kini.satusehat.sandbox.rule_table import REQUEST, Rule, rules
from kini.satusehat.sandbox.server import Sandbox
from kini.satusehat.sandbox.validation import Context, check
from tests.satusehat.sandbox.conftest import ORGANIZATION, OTHER_ORGANIZATION, VECTORS, Json, vector
from tests.satusehat.sandbox.example_resources import smallest, violations
from tests.satusehat.sandbox.r4_elements import element_table

CONTEXT = Context(frozenset({ORGANIZATION}), datetime(2026, 6, 1, tzinfo=UTC), date(2022, 8, 31))
TABLE = [rule for kind, own in rules().items() if kind != REQUEST for rule in own]
#: Rules of the Ministry's own examples that these violate.
#: Times of Jakarta instead of UTC; a dose without the lot's last day; a dose of 2022 with only its day, without an
#: encounter, and with an element that FHIR does not have; a visit with an identifier of another organization.
WRONG_EXAMPLES = {
    "Encounter-Create-PendataanKunjungan.json": {10117},
    "Immunization-Create-Imunisasi-Complete-ByNakes-2.json": {10307},
    "Immunization-Create-PencatatanVaksinasi.json": {10156, 10293, 10307, 20008},
    "Observation-Create-Diastolik.json": {10295, 10296},
    "Observation-Create-Sistolik.json": {10295, 10296},
    "Observation-Create-Suhu.json": {10295, 10296},
    "QuestionnaireResponse-Create-FormSkriningImunisasiCOVID19.json": {10373},
    "QuestionnaireResponse-Create-KelompokKategoriPenerima.json": {10373},
}
#: Of the implementation guide's examples: days without a time, times of Jakarta, an organization with a digit too few.
WRONG_GUIDE_EXAMPLES = {
    "Example-Condition-A15.0-Payload.json": {10402, 10403},
    "Example-Condition-E11.9-Payload.json": {10402, 10403},
    "Example-Encounter-Inprogress-Payload.json": {10117, 10123, 10173},
    "Example-Encounter-Registration-Payload.json": {10123},
}


def name_of(rule: Rule) -> str:
    return f"{rule.number} {rule.expression}"


def test_every_published_number_is_in_the_table() -> None:
    published = {int(number) for number in vector("validation_rules.json")["rules"]}
    assert published == {rule.number for own in rules().values() for rule in own}
    assert len(published) == 558


def test_every_published_element_is_the_one_of_the_table() -> None:
    for number, text in vector("validation_rules.json")["rules"].items():
        kind, _, path = text["path"].partition(".")
        for rule in (rule for rule in TABLE if rule.number == int(number)):
            written = rule.written or path
            assert rule.resource == kind
            assert path.split(".")[0] == written.split(".")[0]


def test_lines_without_a_check_say_why() -> None:
    checks = (
        "kind",
        "required",
        "systems",
        "codes",
        "prefix",
        "identifier",
        "refers",
        "format",
        "past",
        "after",
        "money",
    )
    for own in rules().values():
        for rule in own:
            assert bool(rule.unsure) != any(getattr(rule, name) for name in checks), rule.number
    assert {rule.number for own in rules().values() for rule in own if rule.unsure} == {10848, 20010}


@pytest.mark.parametrize("kind", sorted(kind for kind in rules() if kind != REQUEST))
def test_the_smallest_resource_of_a_type_meets_its_rules(kind: str) -> None:
    assert check(smallest(kind), CONTEXT) == []
    assert structure.check(smallest(kind)) == []


def test_every_line_has_an_effect() -> None:
    """The violating resources get the rule's number, and no other one but those of the same element or its parts."""
    for rule in TABLE:
        made = list(violations(rule))
        assert made or rule.unsure, name_of(rule)
        for resource in made:
            issues = check(resource, CONTEXT)
            assert rule.number in {issue.rule for issue in issues}, (name_of(rule), resource, issues)
            compared = {each.number for each in TABLE if each.after == rule.path and each.resource == rule.resource}
            others = {issue.expression for issue in issues if issue.rule not in {rule.number, *compared}}
            assert all(_related(rule.expression, other) for other in others), (name_of(rule), others, resource)


def _related(one: str, other: str) -> bool:
    parts, others = one.split("."), other.split(".")
    return one.startswith(other) or other.startswith(one) or (len(parts) > 2 and parts[:-1] == others[:-1])


def test_the_server_answers_violations_with_the_number() -> None:
    """A create of each violating resource over the whole server; references of the examples are stored before."""
    sandbox = Sandbox()
    with closing(sandbox.store):
        sandbox.fhir.add({"resourceType": "Organization", "id": ORGANIZATION}, ORGANIZATION)
        for rule in TABLE:
            for resource in violations(rule):
                _store_targets(sandbox, resource)
                assert rule.number in {issue.rule for issue in _issues(sandbox, resource)}, name_of(rule)


def _store_targets(sandbox: Sandbox, resource: Json) -> None:
    with sandbox.store.transaction():
        for _, kind, identity in references(resource):
            if not sandbox.store.exists(kind, identity):
                part = {"partOf": {"reference": f"Organization/{ORGANIZATION}"}} if kind == "Organization" else {}
                sandbox.fhir.add({"resourceType": kind, "id": identity, **part}, ORGANIZATION)


def _issues(sandbox: Sandbox, resource: Json, organization: str = ORGANIZATION) -> list[Issue]:
    client = sandbox.clients.ensure(organization)
    try:
        sandbox.fhir.create(client, resource)
    except Refused as refused:
        return list(refused.issues)
    return []


def examples(folder: str, pattern: str) -> Iterator[tuple[str, Json]]:
    if not VECTORS.exists():
        pytest.skip(f"no reference vectors in {VECTORS}")
    for path in sorted((VECTORS / folder).glob(pattern)):
        yield path.name, json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("folder", "pattern", "count", "wrong"),
    [
        ("covid-vaccination", "*.json", 22, WRONG_EXAMPLES),
        ("id-fhir/example", "*Payload.json", 6, WRONG_GUIDE_EXAMPLES),
    ],
)
def test_the_ministrys_examples_pass_but_for_their_own_errors(
    folder: str, pattern: str, count: int, wrong: dict[str, set[int]]
) -> None:
    read = list(examples(folder, pattern))
    assert len(read) == count
    for name, resource in read:
        sandbox = Sandbox()
        with closing(sandbox.store):
            for organization in (ORGANIZATION, OTHER_ORGANIZATION):
                sandbox.fhir.add({"resourceType": "Organization", "id": organization}, organization)
            _store_targets(sandbox, resource)
            sender = OTHER_ORGANIZATION if OTHER_ORGANIZATION in json.dumps(_sender(resource)) else ORGANIZATION
            assert {issue.rule for issue in _issues(sandbox, resource, sender)} == wrong.get(name, set()), name


def _sender(resource: Json) -> object:
    owner = resource.get("serviceProvider") or resource.get("managingOrganization")
    return [owner, [each for each in resource.get("identifier", ()) if "sys-ids" in each["system"]]]


def test_the_ministrys_answers_have_the_shape_of_fhir() -> None:
    for name, resource in examples("id-fhir/example", "*Response*.json"):
        assert structure.check(resource) == [], name


def test_the_table_of_elements_is_that_of_the_models() -> None:
    assert structure.FILE.read_text("utf-8") == element_table()


@pytest.mark.parametrize("kind", ["Patient", "Encounter", "Observation", "Immunization", "QuestionnaireResponse"])
def test_the_shape_agrees_with_the_models(kind: str) -> None:
    """Smallest resources, and each without one of its elements, are valid by both or by none."""
    model = get_fhir_model_class(kind)
    resource = smallest(kind)
    for left_out in (None, *(key for key in resource if key != "resourceType")):
        changed = {key: value for key, value in resource.items() if key != left_out}
        try:
            model.model_validate(changed)
            valid = True
        except ValueError:
            valid = False
        assert (structure.check(changed) == []) == valid, (kind, left_out)


ELEMENTS = [
    *("identifier", "subject", "reference", "coding", "system", "code", "period", "start", "end", "location"),
    *("serviceProvider", "participant", "individual", "extension", "url", "value", "occurrenceDateTime", "patient"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "Patient/1", "2023-08-16"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ELEMENTS), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(["Encounter", "Immunization", "Patient", "Location"]),
    st.dictionaries(st.sampled_from(ELEMENTS), JSON),
)
def test_nonsense_is_refused_without_an_error(kind: str, content: Json) -> None:
    sandbox = Sandbox()
    with closing(sandbox.store):
        issues = _issues(sandbox, content | {"resourceType": kind})
    assert issues or kind == "Location"
