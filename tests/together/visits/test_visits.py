"""Random visits: drawn by a published seed, counted by an officer who had nothing to do with the delivery."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.published_draws import drawn_tickets
from kini.core.retention import YEAR, apply, rules
from kini.people.models import Officer
from kini.together import actions as help_actions
from kini.together import retention
from kini.together.models import Delivery, Need, Visit, VisitDraw, VisitLot
from kini.together.visits import actions
from kini.web.formats import today
from tests.cases.town import acting, employed
from tests.pagechecks import CheckedClient
from tests.together.conftest import BY, HelpTown, place, run
from tests.together.test_pages import post, signed_in


def stranger(town: HelpTown, area: str, phone: str = "+6281200000071") -> Officer:
    return employed(phone, f"Petugas {area}", town.officer.agency, "help-officer", area=town.areas[area])


def drawn(town: HelpTown, deliveries: int = 3) -> list[Visit]:
    """Visits of a draw after some deliveries of the firm, and one to a household."""
    actions.draw_visits(by=BY)
    line = town.line(town.need())
    for _ in range(deliveries):
        town.received(line, 5)
    household = place(town, "household", "Rumah biru", "31.71.01.1001")
    need = help_actions.report_need(
        by=acting(town.officer),
        beneficiary=household,
        programme="food",
        lines={"staples": 1},
        needed_by=today() + timedelta(days=9),
        family_card="3171011234567890",
    )
    town.received(town.line(help_actions.verify_need(by=acting(town.colleague), need=need)), 1)
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        actions.draw_visits(by=BY)
    return list(Visit.objects.all())


def test_anybody_draws_again_from_the_published_seed(town: HelpTown) -> None:
    [visit] = drawn(town, 3)
    day = VisitDraw.objects.exclude(seed="").get().day.isoformat()
    published = CheckedClient().get(reverse("together:visit-draw", args=[day])).json()
    assert sha256(published["seed"].encode()).hexdigest() == published["commitment"]
    tickets = {each["ticket"] for each in published["lots"]}
    assert len(tickets) == 3  # the household is in no lot
    again = drawn_tickets(published["seed"], tickets, published["one_in"])
    assert {each["ticket"] for each in published["lots"] if each["drawn"]} == again
    assert (visit.giver, visit.reported) == ("PT Contoh", 5)
    following = VisitDraw.objects.get(seed="")
    shown = CheckedClient().get(reverse("together:visit-draw", args=[following.day.isoformat()])).json()
    assert (shown["seed"], shown["commitment"]) == (None, following.commitment)
    assert "PT Contoh" in CheckedClient().get(reverse("together:ledger")).content.decode()


def test_an_officer_of_another_area_counts_once(town: HelpTown) -> None:
    [visit] = drawn(town)
    own, other = stranger(town, "31.71.01.1001"), stranger(town, "31.71.01.1002", "+6281200000072")
    with pytest.raises(NotAllowed, match="another area"):
        actions.record_visit(by=acting(own), visit=visit, counted=5)
    with pytest.raises(NotAllowed):
        actions.record_visit(by=acting(town.donor), visit=visit, counted=5)
    for officer in (town.officer, town.colleague):  # who recorded and verified the need
        with pytest.raises(ActionRefused, match="had to do with this delivery"):
            actions.record_visit(by=acting(officer), visit=visit, counted=5)
    with pytest.raises(ActionRefused, match="from 0 to 5"):
        actions.record_visit(by=acting(other), visit=visit, counted=6)
    client = signed_in(other)
    page = client.get(reverse("together:desk-visits")).content.decode()
    assert "RW 03" in page
    assert "RW 03" not in signed_in(own).get(reverse("together:desk-visits")).content.decode()
    post(client, "together:desk-visit", visit.pk, counted=4, words="Satu keluarga belum dapat")
    visit.refresh_from_db()
    assert (visit.counted, visit.visited_by) == (4, other.user)
    with pytest.raises(ActionRefused, match="recorded already"):
        actions.record_visit(by=acting(other), visit=visit, counted=5)


def test_draws_and_visits_stay_as_they_were(town: HelpTown) -> None:
    [visit] = drawn(town)
    for statement in (
        "UPDATE together_visitdraw SET one_in = 5",
        "UPDATE together_visitdraw SET seed = 'x', until = now() WHERE seed <> ''",
        "UPDATE together_visitdraw SET seed = 'of the operator', until = now() WHERE seed = ''",
        "UPDATE together_visitlot SET drawn = NOT drawn",
        "UPDATE together_visit SET reported = 1",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement)
    retention._delete_needs(Need.objects.filter(pk=visit.delivery.pledge.line.need_id))
    assert not Visit.objects.exists()
    assert VisitLot.objects.count() == 3
    assert Delivery.objects.count() == 1


def test_draws_go_after_their_term(town: HelpTown) -> None:
    drawn(town)
    term = rules.get("together.visits")
    with current_time.freeze(current_time.now() + 4 * YEAR):
        assert apply(term) == 0
    with current_time.freeze(current_time.now() + 6 * YEAR):
        assert apply(term)
    assert not VisitDraw.objects.exists()
    assert not VisitLot.objects.exists()
