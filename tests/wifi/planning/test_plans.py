"""Plans by command and at the desk: from residents, points and candidates to a list of new points."""

import argparse
import csv

import pytest
from django.db import IntegrityError, transaction

from kini.city.models import Agency
from kini.core.actors import ActionRefused
from kini.core.config_files import ConfigErrors
from kini.core.models import AuditEntry
from kini.wifi import actions, config
from kini.wifi.commands import plan as wifi_plan
from kini.wifi.models import Plan
from kini.wifi.pack_check import check_wifi
from kini.wifi.planning import candidate_sites, plan_request, planner
from kini.wifi.planning.plan_request import PlanRequest
from tests.cases.town import employed
from tests.wifi.conftest import BY, HEADER, WIFI, says

PLANS = """
plans:
  - {since: 2020-01-01, radius_m: 300, capacity: 400, cost: 900}
  - since: 2021-01-01
    radius_m: 650
    capacity: 500
    cost: 1000
    equity: 0.5
    candidates: {counter: square, library: square}
  - {since: 2999-01-01, radius_m: 100, capacity: 1}
"""
LIST = "code,name,kind,latitude,longitude,cost\n"
WANTED = {"name": "First", "points": "3", "radius_m": "650", "capacity": "500", "cost": "1000", "equity": "0.5"}
#: At the library and the counter of the port, which are near to each other; no access point, so one counts.
STANDING = "b1,At the library,square,,38.7305,-9.4735,,,,,"


@pytest.fixture
def network(town, bring):
    """A town that says by what new points are chosen; heads of division may plan."""
    says(town, PLANS, "plan-wifi")
    assert bring(STANDING, header=HEADER).faults == []
    return town


@pytest.fixture
def head(network, client):
    officer = employed("+351912000001", "Chefe", Agency.objects.get(pk="balcao"), "head")
    client.force_login(officer.user)
    return officer


def wish(**other) -> PlanRequest:
    options = {"points": 2, "radius_m": 650, "capacity": 500, "cost": 1000, "budget": None, "equity": 0.0}
    return PlanRequest(**{**options, "anywhere": False, **other})


def test_the_rule_is_that_of_today(network):
    assert plan_request.planning_rule().radius_m == 650


def test_a_pack_without_a_rule_plans_nothing(town):
    with pytest.raises(ActionRefused):
        plan_request.planning_rule()


def test_points_come_to_known_places_and_are_counted_beside_the_standing_one(network):
    offered = planner.find_candidates(wish())
    assert [(place.code, place.kind) for place in offered] == [
        ("counter:balcao-porto", "square"),
        ("counter:balcao-monte", "square"),
        ("library:biblioteca", "square"),
    ]
    plan = planner.compute_plan(wish(points=1), offered)
    assert (plan.people, plan.standing, plan.candidates) == (6_150, 1, 3)
    # VS-2: 1,800 people on a cell of a few km2; VS-1's port is served by the standing point already.
    assert [point.code for point in plan.points] == ["counter:balcao-monte"]
    point = plan.points[0]
    assert (point.area_id, point.cost, point.people) == ("VS-2", 1000, plan.gained)
    assert 0 < plan.served <= 500
    assert plan.gap == 0
    for code, (people, before, after) in plan.areas.items():
        assert before <= after <= people, code
    assert sum(after - before for _people, before, after in plan.areas.values()) == plan.gained


def test_any_spot_reaches_all_but_a_few_at_the_edge_of_the_city(network):
    anywhere = wish(points=400, capacity=6_150, anywhere=True)
    plan = planner.compute_plan(anywhere, planner.find_candidates(anywhere))
    assert plan.gained == plan.reachable > 0.97 * plan.left


def test_a_list_of_places_replaces_those_that_are_known(network, tmp_path):
    path = tmp_path / "rw.csv"
    path.write_text(LIST + "rw-1,RW 1,,38.7551,-9.4501,250\nrw-2,RW 2,school,38.7451,-9.4301,\n", "utf-8")
    offered = planner.find_candidates(wish(), path)
    plan = planner.compute_plan(wish(budget=1_100), offered)
    assert {place.code for place in offered} == {"rw-1", "rw-2"}
    assert [(point.code, point.cost) for point in plan.points] in ([("rw-1", 250)], [("rw-2", 1000)])


def test_every_bad_line_of_a_list_is_named(network, tmp_path):
    path = tmp_path / "rw.csv"
    lines = [
        "a,A,,38.7551,-9.4501,",
        "a,Again,,38.7551,-9.4501,",
        "b,B,palace,38.7551,-9.4501,",
        "c,C,,0,0,",
        "d,D,,x,1,-5",
    ]
    path.write_text(LIST + "\n".join(lines) + "\n", "utf-8")
    with pytest.raises(ConfigErrors) as raised:
        candidate_sites.read_candidates(path, config.network())
    plan = {(fault.line, fault.field) for fault in raised.value.errors}
    assert plan == {(3, "code"), (4, "kind"), (5, "latitude"), (6, "latitude"), (6, "cost")}


def test_the_check_of_the_pack_reads_what_is_said_of_plans(network):
    assert list(check_wifi(network)) == []
    (network / "wifi.yaml").write_text(WIFI + PLANS.replace("counter: square", "castle: square"), "utf-8")
    (network / "wifi-candidates.csv").write_text(LIST + "a,A,palace,38.7,-9.4,\n", "utf-8")
    assert {fault.field for fault in check_wifi(network)} == {"plans.1.candidates.castle", "kind"}
    (network / "wifi.yaml").write_text(WIFI + PLANS.replace("library: square", "library: palace"), "utf-8")
    assert any("palace" in fault.message for fault in check_wifi(network))


def test_the_command_prints_objective_bound_gap_and_time(network, tmp_path, capsys):
    parser = argparse.ArgumentParser()
    wifi_plan.arguments(parser)
    options = ["--points", "1", "--csv", str(tmp_path / "p.csv"), "--map", str(tmp_path / "p.svg")]
    assert wifi_plan.run(parser.parse_args(options)) == 0
    output = capsys.readouterr().out
    assert all(word in output for word in ("objective", "bound", "gap 0.00%", " s\n"))
    rows = list(csv.DictReader((tmp_path / "p.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["code"], row["area_name"]) for row in rows] == [("counter:balcao-monte", "Santa Luzia do Monte")]
    assert "<circle" in (tmp_path / "p.svg").read_text("utf-8")


def test_a_plan_is_asked_for_reckoned_shown_compared_and_thrown_away(client, head, run_jobs):
    page = client.post("/desk/wifi/plans/", WANTED, follow=True)
    first = Plan.objects.get()
    assert page.redirect_chain[-1][0] == f"/desk/wifi/plans/{first.pk}/"
    assert "Waiting" in page.content.decode()
    run_jobs()
    first.refresh_from_db()
    points = list(first.points.all())
    assert (first.problem, points[0].code, first.gap) == ("", "counter:balcao-monte", 0)
    shown = client.get(f"/desk/wifi/plans/{first.pk}/").content.decode()
    assert "Balcão do Monte" in shown
    assert "nothing: no choice is better" in shown
    assert f"{len(points)} points are enough" in shown
    assert "<svg" in shown
    table = client.get(f"/desk/wifi/plans/{first.pk}/points.csv").content.decode("utf-8-sig")
    assert [row["code"] for row in csv.DictReader(table.splitlines())] == [point.code for point in points]
    client.post("/desk/wifi/plans/", WANTED | {"name": "Anywhere", "points": "9", "anywhere": "on"})
    run_jobs()
    second = Plan.objects.latest("pk")
    assert second.gained > first.gained
    compared = client.get(f"/desk/wifi/plans/compare/?a={first.pk}&b={second.pk}").content.decode()
    assert "First" in compared
    assert "in both plans" in compared
    assert all(f'href="/desk/wifi/plans/{each.pk}/"' in compared for each in (first, second))
    assert 'value="650"' in client.get(f"/desk/wifi/plans/?like={first.pk}").content.decode()
    client.post(f"/desk/wifi/plans/{first.pk}/remove/")
    assert list(Plan.objects.all()) == [second]
    deeds = set(AuditEntry.objects.filter(subject=f"wifi-plan:{first.pk}").values_list("action", flat=True))
    assert deeds == {f"wifi.plan-{step}" for step in ("asked", "begun", "settled", "removed")}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Give the plan a name"),
        ({"points": "many"}, "in digits"),
        ({"points": "0"}, "Ask for 1 to"),
        ({"radius_m": "9"}, "50 to 5,000 metres"),
        ({"capacity": "0"}, "1 to 1,000,000 people"),
        ({"budget": "-1"}, "leave it empty"),
        ({"equity": "nan"}, "0 to 10 for a person"),
    ],
)
def test_a_wish_out_of_bounds_is_told_and_nothing_typed_is_lost(client, head, wrong, words):
    answer = client.post("/desk/wifi/plans/", WANTED | {"cost": "77"} | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert 'value="77"' in page
    assert not Plan.objects.exists()


def test_what_goes_wrong_in_the_background_is_told_on_the_page(client, head, network, run_jobs):
    (network / "wifi-candidates.csv").write_text(LIST + "a,A,palace,38.7551,-9.4501,\n", "utf-8")
    client.post("/desk/wifi/plans/", WANTED)
    run_jobs()
    plan = Plan.objects.get()
    assert "palace" in plan.problem
    assert "palace" in client.get(f"/desk/wifi/plans/{plan.pk}/").content.decode()


def test_only_three_plans_wait_and_another_agency_sees_none(client, head):
    for _n in range(3):
        client.post("/desk/wifi/plans/", WANTED)
    assert client.post("/desk/wifi/plans/", WANTED).status_code == 422
    other = employed("+351912000002", "Outra", Agency.objects.exclude(pk="balcao").first(), "head")
    client.force_login(other.user)
    pk = Plan.objects.first().pk
    for address in ("", "points.csv"):
        assert client.get(f"/desk/wifi/plans/{pk}/{address}").status_code == 404
    client.post(f"/desk/wifi/plans/{pk}/remove/")
    assert Plan.objects.count() == 3
    assert not AuditEntry.objects.filter(action="wifi.plan-removed").exists(), "what stands was not removed"
    clerk = employed("+351912000003", "Balcão", Agency.objects.get(pk="balcao"), "clerk")
    client.force_login(clerk.user)
    assert client.get("/desk/wifi/plans/").status_code == 403


def test_a_plan_that_is_ready_stays_as_it_is_and_its_figures_fit(head, client, run_jobs):
    client.post("/desk/wifi/plans/", WANTED)
    run_jobs()
    assert actions.start_plan(by=BY, plan=Plan.objects.get().pk) is None
    for broken in ({"bound": 0.5}, {"problem": "both"}, {"gained": 9_999}, {"ended_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Plan.objects.update(**broken)
