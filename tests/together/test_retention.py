"""Retention of needs, households and givers; the ledger keeps its counts."""

from datetime import timedelta

from kini.core import current_time, retention
from kini.core.actors import Actor
from kini.ledger.models import Entry
from kini.together import actions
from kini.together.models import Beneficiary, Delivery, Giver, Need, Pledge
from tests.cases.town import acting, person
from tests.together.conftest import BY, HelpTown, differences, place


def applied(name: str, days: int) -> int:
    """Number of rows that a rule removes so many days from now."""
    with current_time.freeze(current_time.now() + timedelta(days=days)):
        return retention.apply(retention.rules.get(name))


def test_needs_go_after_five_years_and_their_counts_stay(town: HelpTown) -> None:
    need = town.need(staples=5)
    town.received(town.line(need), 5)
    running = town.need(town.other)
    term = retention.rules.get("together.needs").term.days
    assert applied("together.needs", term - 1) == 0
    assert applied("together.needs", term + 1) == 1
    assert (list(Need.objects.all()), Pledge.objects.count(), Delivery.objects.count()) == ([running], 0, 0)
    assert Entry.objects.filter(key__startswith="together:").count() == 3
    assert town.balance(f"together:received:{town.rw.pk}") == 5
    assert list(differences()) == []


def test_households_go_soon_after_their_end(town: HelpTown) -> None:
    household = place(town, "household", "Rumah biru", "31.71.01.1001")
    officer: Actor = acting(town.officer)
    need = actions.report_need(
        by=officer, beneficiary=household, programme="food", lines={"staples": 1},
        needed_by=current_time.now().date() + timedelta(days=9), family_card="3171011234567890",
    )  # fmt: skip
    actions.withdraw_need(by=BY, need=need, reason="Pindah")
    assert (applied("together.households", 89), applied("together.household-names", 91)) == (0, 0)
    assert (applied("together.households", 91), applied("together.household-names", 91)) == (1, 1)
    assert not Beneficiary.objects.filter(kind="household").exists()


def test_residents_without_a_pledge_are_forgotten(town: HelpTown) -> None:
    other = person("+6281200000077", "Lama")
    assert other.user
    actions.ensure_person(by=acting(other), user=other.user)
    town.pledge(town.line(town.need()), 1, town.donor_giver)
    term = retention.rules.get("together.givers").term.days
    assert (applied("together.givers", term - 1), applied("together.givers", term + 1)) == (0, 1)
    assert set(Giver.objects.all()) == {town.firm, town.donor_giver}
