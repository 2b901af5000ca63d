"""A fault is one case for each site: later reports join it, wherever they came from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kini.cases import actions as case_actions
from kini.cases import case_answers
from kini.cases.models import Case, Draft
from kini.core.actors import NotAllowed
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from kini.wifi import actions
from kini.wifi.health import queries
from kini.wifi.inventory import list_parser
from kini.wifi.models import FaultReport, Site
from tests.cases.conftest import town as town
from tests.cases.town import PACK, Town, offer, opened
from tests.reports.conftest import REPORT, STREET
from tests.wifi.conftest import BY

WIFI = """
name: Pier Net
kinds: {pier: {name: Pier}}
fault: {service: wifi-fault, site: point, where: spot, known: {sort: fault}}
"""
SERVICE = REPORT | {
    "ask": [
        {"fields": {"sort": {"type": "choice", "label": "What?", "options": {"fault": "A fault", "new": "A wish"}}}},
        {"fields": {"point": {"type": "text", "label": "Number", "optional": True}}},
        {"fields": {"spot": {"type": "location", "label": "Where?"}}},
        {"fields": {"words": {"type": "text", "label": "In your words"}}},
    ]
}


@pytest.fixture(autouse=True)
def city(running_pack: Callable[..., Path], var: Path) -> None:
    running_pack(PACK, {"wifi.yaml": WIFI})


@pytest.fixture
def service(town: Town, tmp_path: Path) -> ServiceVersion:
    """Two sites, and the service by which faults are reported."""
    path = tmp_path / "sites.csv"
    lines = ("P-1,Pier,pier,-6.11,106.8,1.1.1", "P-2,Quay,pier,-6.111,106.801,1.1.1")
    path.write_text("\n".join(("site,name,kind,latitude,longitude,area", *lines)), "utf-8")
    assert actions.import_points(by=BY, listed=list_parser.read_list(path)).faults == []
    return offer("wifi-fault", SERVICE, Flow.model_validate(STREET))


@pytest.fixture
def say(town: Town, service: ServiceVersion, run_jobs: Callable[[], int]) -> Callable[..., Case]:
    """Report a fault, as somebody, at the site of that number; what listens has heard of it."""

    def run(point: str, who: str = "resident") -> Case:
        spot = {"lat": -6.11, "lon": 106.8, "text": "At the pier", "area": "1.1.1"}
        pages = {
            "sort": {"sort": "fault"},
            "point": {"point": point},
            "spot": {"spot": spot},
            "words": {"words": "Off"},
        }
        case = opened(town.named(who), service, getattr(town, who), pages)
        run_jobs()
        return Case.objects.get(pk=case.pk)

    return run


def test_a_later_report_of_the_same_site_follows_the_first(say):
    first, later, elsewhere = say("P-1"), say("p-1 ", "neighbour"), say("P-2", "neighbour")
    assert (first.merged_into_id, later.merged_into_id, elsewhere.merged_into_id) == (None, first.pk, None)
    assert FaultReport.objects.count() == 3
    known = queries.open_fault(Site.objects.get(code="P-1"))
    assert known is not None
    assert (known.since, known.reports) == (first.opened_at, 2)


def test_a_fault_that_ended_is_over_and_the_next_report_begins_anew(say, town):
    first = say("P-1")
    case_actions.withdraw(by=town.named("resident"), case=first)
    assert queries.open_fault(Site.objects.get(code="P-1")) is None
    assert say("P-1", "neighbour").merged_into_id is None


def test_a_number_that_is_no_sites_is_left_to_the_officers(say):
    assert say("X-9").merged_into_id is None
    assert say("X-9", "neighbour").merged_into_id is None
    assert not FaultReport.objects.exists()


def test_heard_twice_it_counts_once_and_only_the_program_does_it(say, town):
    say("P-1")
    later = say("P-1", "neighbour")
    actions.link_fault_report(by=BY, case=later)
    assert FaultReport.objects.count() == 2
    with pytest.raises(NotAllowed):
        actions.link_fault_report(by=town.named("resident"), case=later)


def test_from_the_page_of_a_site_its_number_and_place_are_known(client, service):
    html = client.get("/wifi/P-1/").content.decode()
    assert "Pier" in html
    known = {"known.sort": "fault", "known.point": "P-1", "known.spot.lat": "-6.11", "known.spot.lon": "106.8"}
    for name, value in known.items():
        assert f'name="{name}" value="{value}"' in html
    response = client.post("/services/wifi-fault/start/", known | {"known.words.x": "?", "known.nothing": "?"})
    draft = Draft.objects.get()
    assert response["Location"].startswith(f"/apply/{draft.pk}/")
    answers = case_answers.of_draft(draft)
    assert (answers["sort"], answers["point"], answers["spot"]["area"]) == ("fault", "P-1", "1.1.1")
    assert "words" not in answers


def test_what_a_page_claims_to_know_and_cannot_be_taken_is_asked(client, service):
    client.post(
        "/services/wifi-fault/start/", {"known.sort": "nonsense", "known.spot.lat": "200", "known.point": "P-1"}
    )
    assert set(case_answers.of_draft(Draft.objects.get())) == {"point"}


def test_the_page_says_what_is_known_to_be_wrong(client, say):
    say("P-1")
    say("P-1", "neighbour")
    client.cookies["kini_language"] = "en"
    html = client.get("/wifi/P-1/").content.decode()
    assert "A fault has been reported here" in html
    assert "by 2 people" in html
    assert "A fault has been reported here" not in client.get("/wifi/P-2/").content.decode()
