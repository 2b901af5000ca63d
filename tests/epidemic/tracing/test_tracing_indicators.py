"""WHO's indicators worked by hand, chains, likely sources, larva indices."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from kini.core import current_time
from kini.core.actors import ActionRefused, system
from kini.epidemic.events import CaseClassified
from kini.epidemic.models import CaseExposure, ContainerCount, HouseVisit, LarvaInspection
from kini.epidemic.tracing import actions, chains, jobs
from kini.epidemic.tracing.chains import ChainCase, place
from kini.epidemic.tracing.larva_indices import InspectedHouse, indices_of, larva_indices
from kini.epidemic.tracing.likely_sources import Candidate, likely_sources, rank
from kini.epidemic.tracing.retention import ended_contacts, remove_contacts
from kini.epidemic.tracing.tracing_indicators import Share, tracing_indicators
from tests.epidemic.tracing.conftest import DAY, NOON, HealthCity

SYSTEM = system("tests")


def check(contact: object, day: date = DAY) -> None:
    actions.record_check(by=SYSTEM, contact=contact, channel="call", key=str(uuid4()), day=day)


def test_the_indicators_are_those_worked_by_hand(health: HealthCity) -> None:
    """Three cases, six contacts.

    A is recorded at noon and has its first contact after 2 hours, B after 30 hours, C has none: traced in time 1 of 3.
    Of A's four contacts one becomes case C (known: 1 of 3), one is lost, one completed, one cancelled: the ended ones
    without illness are 3. B's two contacts are under follow-up on the last day; one of them is reached.
    """
    a, b = health.case("A"), health.case("B")
    with current_time.freeze(NOON + timedelta(hours=2)):
        completed, lost, cancelled, ill = (health.contact(a, name) for name in "wxyz")
    with current_time.freeze(NOON + timedelta(hours=30)):
        reached, _unseen = (health.contact(b, name) for name in "uv")
    last = DAY + timedelta(days=4)
    with current_time.freeze(NOON + timedelta(days=4)):
        c = health.case("C", person=ill.person, onset=last)
        jobs.trace_case(CaseClassified(c.pk, c.disease, "confirmed", ""))
        actions.set_lost(by=SYSTEM, contact=lost, reason="Moved away")
        check(reached, last)
        type(completed).objects.filter(pk=completed.pk).update(follow_up="completed", ended_at=current_time.now())
        type(cancelled).objects.filter(pk=cancelled.pk).update(follow_up="cancelled", ended_at=current_time.now())
        found = tracing_indicators("covid-19", health.east.parent, last)
    assert found.seen == Share(1, 2)
    assert (found.completed, found.lost) == (Share(1, 3), Share(1, 3))
    assert (found.in_time, found.known) == (Share(1, 3), Share(1, 3))
    assert found.contacts_per_case == 2
    assert found.seen.percent == 50
    type(c).objects.filter(pk=c.pk).update(merged_into=b)
    merged = tracing_indicators("covid-19", health.east.parent, last)
    assert merged.in_time == Share(1, 2), "a merged record is no case of its own"
    type(c).objects.filter(pk=c.pk).update(merged_into=None)
    nothing = tracing_indicators("measles", health.west, last)
    assert (nothing.seen.percent, nothing.contacts_per_case) == (None, None)
    before = NOON + timedelta(days=60)
    with current_time.freeze(before):
        remove_contacts(type(completed).objects.filter(pk__in=[each.pk for each in ended_contacts(before)]))
    after = tracing_indicators("covid-19", health.east.parent, last)
    assert (after.completed, after.lost) == (Share(1, 3), Share(1, 3))


def test_a_classified_case_was_a_contact_and_a_chain_shows_it(tracer_browser: Client, health: HealthCity) -> None:
    first = health.case("Satu", onset=DAY - timedelta(days=6))
    contact = health.contact(first, last=DAY - timedelta(days=5))
    second = health.case("Dua", person=contact.person, onset=DAY)
    jobs.trace_case(CaseClassified(second.pk, "covid-19", "confirmed", "suspected"))
    elsewhere = health.case("Tiga", area=health.west, onset=DAY)
    CaseExposure.objects.create(case=elsewhere, exposure="contact", source_case=second)
    chain = chains.chain_of(health.by, second)
    assert [(each.case.key, each.generation) for each in chain.cases] == [
        (first.pk, 0), (second.pk, 1), (elsewhere.pk, 2),
    ]  # fmt: skip
    assert chain.by_key[elsewhere.pk].case.label == ""
    page = tracer_browser.get(reverse("epidemic:desk-chain", args=[second.reference])).content.decode()
    assert "<svg" in page
    assert first.reference in page
    assert elsewhere.reference not in page


LINKS = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40)


@given(LINKS)
def test_every_case_has_one_row_and_a_generation_after_a_source(links: list[tuple[int, int]]) -> None:
    links = [(a, b) for a, b in links if a != b]
    cases = [ChainCase(n, str(n), "", DAY + timedelta(days=n), "confirmed", 0) for n in range(15)]
    chain = place(cases, links)
    assert sorted(each.row for each in chain.cases) == list(range(15))
    generation = {each.case.key: each.generation for each in chain.cases}
    for each in chain.cases:
        if each.generation:
            assert any(generation[source] == each.generation - 1 for source in each.sources)


def test_sources_are_ranked_by_what_chance_does_not_explain() -> None:
    wedding = Candidate("gathering", "wedding", frozenset(range(8)), 60, 0.001)
    market = Candidate("gathering", "market", frozenset(range(20, 30)), 20_000, 0.001)
    single = Candidate("gathering", "park", frozenset([99]), 10, 0.001)
    ranked = rank([market, single, wedding])
    assert [each.key for each in ranked] == ["wedding", "market"]
    assert (ranked[0].expected, ranked[0].excess) == (0.5, 7.5)
    assert ranked[1].surprise < 0.1
    #: P(X >= 8) of Poisson(0.5) = 6.22e-8.
    assert ranked[0].surprise == pytest.approx(7.206, abs=0.01)


def test_a_wedding_is_found_and_a_visit_outside_of_the_incubation_is_not(
    tracer_browser: Client, health: HealthCity
) -> None:
    day = DAY - timedelta(days=5)
    wedding = actions.record_gathering(
        by=health.by, disease="covid-19", name="Resepsi", setting="indoors", area=health.east, first_day=day, people=40
    )
    cases = [health.case(f"Tamu {n}", onset=DAY - timedelta(days=n)) for n in range(4)]
    late = health.case("Terlambat", onset=day)
    for case in (*cases, late):
        actions.record_attendance(by=health.by, gathering=wedding, person=case.person, day=day, consent_evidence="EP-1")
    [source] = likely_sources([*cases, late], health.east)
    assert (source.type, source.key, source.cases) == ("gathering", wedding.pk, frozenset(each.pk for each in cases))
    for name, arguments in (("desk-sources", []), ("desk-clusters", []), ("desk-cluster", [wedding.pk])):
        assert "Resepsi" in tracer_browser.get(reverse(f"epidemic:{name}", args=arguments)).content.decode()
    with pytest.raises(ActionRefused):
        actions.record_attendance(by=health.by, gathering=wedding, person=late.person, day=DAY, consent_evidence="EP-1")
    with pytest.raises(ActionRefused):
        actions.record_attendance(by=health.by, gathering=wedding, person=late.person, day=day, consent_evidence=" ")
    page = reverse("epidemic:desk-venue-visit", args=[late.reference])
    sent = {"name": "Pasar", "setting": "indoors", "day": day.isoformat()}
    assert tracer_browser.post(page, sent).status_code == 422
    assert tracer_browser.post(page, sent | {"consent": "yes"}).status_code == 303
    assert tracer_browser.get(reverse("epidemic:desk-tracing-figures")).status_code == 200


def test_larva_indices_are_those_worked_by_hand() -> None:
    """Ten houses with 40 containers; larvae in 3 containers of 2 houses."""
    houses = [InspectedHouse(4, 2), InspectedHouse(4, 1), *[InspectedHouse(4, 0)] * 8]
    found = larva_indices(houses)
    assert (found.house_index, found.container_index, found.breteau_index, found.free_houses) == (20, 7.5, 30, 80)
    assert larva_indices([]).house_index is None


def test_an_inspection_is_worked_off_around_a_case_of_dengue(tracer_browser: Client, health: HealthCity) -> None:
    case = health.case("Demam", disease="dengue")
    for _ in range(2):
        jobs.trace_case(CaseClassified(case.pk, "dengue", "confirmed", ""))
    inspection = LarvaInspection.objects.get()
    assert (inspection.due_on, inspection.unit) == (DAY + timedelta(days=3), health.east_unit)
    page = reverse("epidemic:desk-inspection", args=[inspection.pk])
    key = uuid4()
    sent = {"house": "No. 4", "result": "inspected", "inspected-bathtub": "2", "positive-bathtub": "1"}
    for _ in range(2):
        assert tracer_browser.post(f"{page}?key={key}", sent).status_code == 303
    assert HouseVisit.objects.count() == 1
    assert tracer_browser.post(page, sent | {"positive-bathtub": "3"}).status_code == 422
    assert tracer_browser.post(page, sent | {"inspected-bathtub": "x"}).status_code == 422
    assert tracer_browser.post(page, sent | {"result": "refused"}).status_code == 422
    assert tracer_browser.post(page, {"house": "No. 5", "result": "nobody-home"}).status_code == 303
    found = indices_of(inspection.visits.all())
    assert (found.houses, found.house_index, found.container_index) == (1, 100, 50)
    assert "No. 4" in tracer_browser.get(page).content.decode()
    assert tracer_browser.get(reverse("epidemic:desk-inspections")).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        ContainerCount.objects.update(positive=5)
    LarvaInspection.objects.update(planned_houses=2)
    assert tracer_browser.post(page, sent | {"house": "No. 6"}).status_code == 303
    assert LarvaInspection.objects.get().closed_at is not None


def test_the_demo_has_contacts_chains_and_clusters(tracer_browser: Client, health: HealthCity) -> None:
    first = health.case("Satu", onset=DAY - timedelta(days=6), source="demo")
    cases = [health.case(f"Kasus {n}", onset=DAY - timedelta(days=n % 5), source="demo") for n in range(12)]
    CaseExposure.objects.create(case=cases[0], exposure="contact", source_case=first, last_day=DAY - timedelta(days=4))
    counts = actions.create_demo_contacts(by=SYSTEM, disease="covid-19", cases=20)
    assert counts["contacts"] > 13
    assert counts["checks"] > 0
    assert counts["gatherings"] == 1
    assert chains.links_of([first.pk]) == {(first.pk, cases[0].pk)}
    assert tracer_browser.get(reverse("epidemic:desk-tracing")).status_code == 200
    assert actions.remove_demo_contacts(by=SYSTEM) == counts["contacts"]
