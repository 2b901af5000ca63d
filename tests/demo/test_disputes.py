"""Disputed reports of the demo: people enough to close them again, and believable shares among the copies."""

import random

from kini.core import current_time
from kini.demo.people import BY, DemoPeople, engage_crews
from kini.demo.year import DISPUTED, weigh_disputed
from kini.people import actions as people_actions
from kini.people.models import Officer
from tests.cases import town as towns
from tests.cases.conftest import city, town  # noqa: F401 -- fixtures
from tests.cases.town import Town


def test_an_agency_has_people_enough_to_close_a_report_twice(town: Town) -> None:  # noqa: F811
    pair = [towns.employed(f"+62812000000{number}", "Petugas", town.registry, "field") for number in (61, 62)]
    for each in pair:
        people_actions.grant_role(by=BY, officer=each, role="clerk")
    clerk, head = (towns.acting(each) for each in pair)
    people = DemoPeople(officers={town.registry.pk: clerk}, heads={town.registry.pk: head})
    first = Officer.objects.get(user=clerk.user_id)
    assert first.user
    first.user.email = f"{town.registry.pk}@demo.example"
    first.user.save()
    before = Officer.objects.count()
    for _again in range(2):
        engage_crews(people, current_time.now())
    assert Officer.objects.count() == before + 2
    staff = people.staff(town.registry.pk, random.Random(3))
    assert {each.user_id for each in staff[:2]} == {clerk.user_id, head.user_id}
    assert len({each.user_id for each in staff}) == 4
    for each in Officer.objects.filter(user__in=[each.user_id for each in staff[2:]]):
        assert set(each.role_grants.values_list("role", flat=True)) == {"clerk", "field"}


def test_each_agency_has_a_believable_share_of_disputes() -> None:
    weights = dict.fromkeys(range(30), 2.0)
    agencies = {case: "abc"[case % 3] for case in weights}
    disputed = {0, 3, 4}  # two of a, one of b, none of c
    weighed = weigh_disputed(weights, agencies, disputed)
    shares = {}
    for agency in "abc":
        mine = {case: weight for case, weight in weighed.items() if agencies[case] == agency}
        shares[agency] = sum(mine[case] for case in mine if case in disputed) / sum(mine.values())
    assert shares["c"] == 0
    assert all(DISPUTED[0] <= shares[agency] <= DISPUTED[1] for agency in "ab")
    assert shares["a"] != shares["b"]
    assert all(weighed[case] == 2.0 for case in weights if case not in disputed)
