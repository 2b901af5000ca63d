"""Holds against fraud: each has a sign, an owner and a clock; the database lets nothing move that is held."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed
from kini.messages.models import Message
from kini.people.models import KnownDevice
from kini.together import actions
from kini.together import jobs as help_jobs
from kini.together.fraud_holds import actions as hold_actions
from kini.together.fraud_holds import jobs
from kini.together.fraud_holds.rules import many_at_once, unusual_quantity
from kini.together.models import FraudHold, Gift, Giver, Payout, Pledge
from kini.together.money import actions as money_actions
from kini.together.money import jobs as money_jobs
from tests.cases.town import acting, employed
from tests.together.conftest import HelpTown, differences, place, run
from tests.together.money.conftest import MoneyTown
from tests.together.money.conftest import money as money
from tests.together.money.conftest import provider as provider
from tests.together.test_pages import post, signed_in
from tests.together.test_retention import applied


def own_side(town: HelpTown) -> Pledge:
    """A pledge of the firm to a place whose contact owns the firm."""
    yard = place(town, "rw", "RW 11", "31.71.01.1001", contact=town.boss.user)
    return town.pledge(town.line(town.need(yard)), 5)


def confirm(town: HelpTown, pledge: Pledge) -> Pledge:
    return actions.confirm_pledge(by=acting(town.boss), pledge=pledge, deliver_on=pledge.pledged_on, stated=True)


def later(hours: int) -> None:
    """Run the clock of the holds, so many hours from now."""
    with current_time.freeze(current_time.now() + timedelta(hours=hours)):
        jobs.run_hold_clock()


def test_rules_of_signs() -> None:
    assert many_at_once(10, 10) is None
    assert many_at_once(11, 10)
    assert unusual_quantity(500, [5] * 9, 0, 10) is None, "too few to compare"
    assert unusual_quantity(50, [5] * 10, 0, 10) is None
    assert unusual_quantity(51, [5] * 10, 0, 10)
    assert unusual_quantity(51, [5] * 10, 26, 10) is None, "the giver has shown half of it"


def test_a_pledge_to_ones_own_side_waits_for_an_officer(town: HelpTown) -> None:
    pledge = own_side(town)
    hold = FraudHold.objects.get()
    assert (hold.rule, hold.owner_id) == ("same-side", town.coordinator.user_id)
    assert hold.due_at - hold.placed_at == timedelta(hours=24)
    with pytest.raises(ActionRefused, match="checks this first"):
        confirm(town, pledge)
    for statement in ("state = 'confirmed', deliver_on = pledged_on, stated_at = now()",):
        with pytest.raises(IntegrityError, match="is held"), transaction.atomic():
            run(f"UPDATE together_pledge SET {statement}")  # noqa: S608 -- a constant
    with pytest.raises(NotAllowed):
        hold_actions.release_hold(by=acting(town.officer), hold=hold, reason="Sudah ditanya")
    with pytest.raises(ActionRefused, match="reason"):
        hold_actions.release_hold(by=acting(town.coordinator), hold=hold, reason=" ")
    hold_actions.release_hold(by=acting(town.coordinator), hold=hold, reason="Sudah ditanya")
    assert confirm(town, pledge).state == "confirmed"
    assert list(differences()) == []


def test_what_is_refused_ends_and_its_side_reads_why(town: HelpTown, run_jobs: Callable[[], int]) -> None:
    pledge = own_side(town)
    hold_actions.refuse_hold(by=acting(town.coordinator), hold=FraudHold.objects.get(), reason="Bukan RW")
    pledge.refresh_from_db()
    assert (pledge.state, pledge.reason) == ("refused", "Bukan RW")
    run_jobs()
    told = {each.sort: each.text for each in Message.objects.filter(user=town.boss.user)}
    assert {"help-held", "help-stopped"} <= set(told)
    assert "Bukan RW" in told["help-stopped"]


def test_a_hold_stays_as_it_was_decided(town: HelpTown) -> None:
    own_side(town)
    statements = (
        "UPDATE together_fraudhold SET rule = 'disputed'",
        "DELETE FROM together_fraudhold",
        f"UPDATE together_fraudhold SET state = 'released', reason = 'x', decided_at = now(), decided_by_id ="
        f" {town.boss.user_id}",
        "UPDATE together_fraudhold SET state = 'released', reason = 'x', decided_at = now()",
    )
    for statement in statements:
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement)
    hold_actions.release_hold(by=acting(town.coordinator), hold=FraudHold.objects.get(), reason="Benar")
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE together_fraudhold SET state = 'refused'")


def test_nothing_is_held_for_ever(town: HelpTown, run_jobs: Callable[[], int]) -> None:
    head = employed("+6281200000077", "Kepala", town.coordinator.agency, "help-head")
    pledge = own_side(town)
    later(23)
    assert FraudHold.objects.get().escalated_at is None
    with current_time.freeze(current_time.now() + timedelta(days=2)):
        help_jobs.lapse_pledges()
        pledge.refresh_from_db()
        assert pledge.state == "held", "the hold's clock runs, not the giver's"
    later(25)
    hold = FraudHold.objects.get()
    assert (hold.owner_id, hold.state) == (head.user_id, "open")
    run_jobs()
    assert Message.objects.filter(user=head.user, sort="help-hold-late").exists()
    with pytest.raises(NotAllowed, match="head decides"):
        hold_actions.release_hold(by=acting(town.coordinator), hold=hold, reason="Terlambat")
    later(25 + 47)
    assert FraudHold.objects.get().state == "open"
    later(25 + 49)
    hold.refresh_from_db()
    pledge.refresh_from_db()
    assert (hold.state, pledge.state) == ("expired", "withdrawn")
    assert list(differences()) == []


def test_the_head_decides_what_was_late(town: HelpTown) -> None:
    head = employed("+6281200000077", "Kepala", town.coordinator.agency, "help-head")
    pledge = own_side(town)
    later(25)
    hold_actions.release_hold(by=acting(head), hold=FraudHold.objects.get(), reason="Benar")
    assert confirm(town, pledge).state == "confirmed"


def test_many_pledges_from_one_device_are_held(town: HelpTown) -> None:
    line = town.line(town.need(staples=100))
    for user in (town.boss.user, town.donor.user):
        KnownDevice.objects.create(user=user, device_hash=b"d" * 32, last_at=current_time.now())
    for _ in range(5):
        town.pledge(line, 1)
        town.pledge(line, 1, town.donor_giver)
    assert not FraudHold.objects.exists()
    second = actions.record_giver(by=acting(town.boss), kind="group", name="Kelompok", owner=town.boss.user)
    town.pledge(line, 1, second)
    hold = FraudHold.objects.get()
    assert (hold.rule, hold.measured, hold.usual) == ("many-at-once", 11, 10)


def test_far_more_than_usual_is_held(town: HelpTown) -> None:
    line = town.line(town.need(staples=900))
    for _ in range(10):
        town.received(line, 2, town.donor_giver)
    town.pledge(line, 20)
    assert not FraudHold.objects.exists()
    town.pledge(line, 21)
    assert FraudHold.objects.get().rule == "unusual-quantity"


def test_three_wrong_codes_hold_the_delivery(town: HelpTown) -> None:
    pledge = town.sent(town.line(town.need()), 5)
    wrong = f"{(int(pledge.code) + 1) % 1_000_000:06}"
    for _ in range(3):
        actions.record_delivery(by=acting(town.boss), pledge=pledge, code=wrong, quantity=5, key=uuid4())
    hold = FraudHold.objects.get()
    assert hold.rule == "wrong-code"
    with pytest.raises(ActionRefused, match="checks this first"):
        actions.record_delivery(
            by=acting(town.colleague), pledge=pledge, code="", quantity=5, key=uuid4(), seconded=True
        )
    later(25)
    later(25 + 49)
    pledge.refresh_from_db()
    hold.refresh_from_db()
    assert (hold.state, pledge.state) == ("expired", "on-the-way"), "what is on its way is not sent back"
    actions.record_delivery(by=acting(town.colleague), pledge=pledge, code="", quantity=5, key=uuid4(), seconded=True)
    assert list(differences()) == []


def test_a_pledge_that_ends_by_itself_ends_its_hold(town: HelpTown) -> None:
    pledge = own_side(town)
    actions.withdraw_pledge(by=acting(town.boss), pledge=pledge, reason="")
    assert FraudHold.objects.get().state == "dropped"


def test_decided_holds_are_deleted_after_two_years(town: HelpTown) -> None:
    own_side(town)
    term = retention.rules.get("together.holds").term.days
    assert applied("together.holds", term + 1) == 0, "it is still open"
    hold_actions.release_hold(by=acting(town.coordinator), hold=FraudHold.objects.get(), reason="Sudah ditanya")
    assert (applied("together.holds", term - 1), applied("together.holds", term + 1)) == (0, 1)
    assert not FraudHold.objects.exists()


def test_money_of_a_held_gift_is_asked_for_after_its_release(money: MoneyTown) -> None:
    own = Giver.objects.create(kind="group", name="Anak", owner=money.head.user, created_at=current_time.now())
    gift = money_actions.give_money(by=money.side, giver=own, pool=money.pool(), amount=50_000, key=uuid4())
    assert FraudHold.objects.get().rule == "same-side"
    with pytest.raises(ActionRefused, match="checks this first"):
        money_actions.request_code(by=money.side, gift=gift, method="va")
    with pytest.raises(IntegrityError, match="is held"), transaction.atomic():
        run("UPDATE together_gift SET state = 'held', paid_on = given_on")
    with current_time.freeze(current_time.now() + timedelta(hours=26)):
        money_jobs.lapse_gifts()
        hold_actions.release_hold(by=acting(money.other), hold=FraudHold.objects.get(), reason="Benar")
        gift.refresh_from_db()
        assert gift.state == "promised"
        assert gift.held_until > current_time.now()
        money_actions.request_code(by=money.side, gift=gift, method="va")


def test_a_refused_gift_is_withdrawn(money: MoneyTown) -> None:
    own = Giver.objects.create(kind="group", name="Anak", owner=money.head.user, created_at=current_time.now())
    money_actions.give_money(by=money.side, giver=own, pool=money.pool(), amount=50_000, key=uuid4())
    hold_actions.refuse_hold(by=acting(money.other), hold=FraudHold.objects.get(), reason="Uang sendiri")
    assert Gift.objects.get().state == "withdrawn"
    assert list(differences()) == []


def held_payout(money: MoneyTown) -> Payout:
    """A payout for a pledge whose code was wrong three times."""
    pool, pledge = money.reached(), money.pledge()
    run("UPDATE together_pledge SET tries = 3")
    pledge.refresh_from_db()
    return money.proposed(pool, pledge)


def test_a_held_payout_needs_two_officers_of_neither_side(money: MoneyTown) -> None:
    payout = held_payout(money)
    first, second = acting(money.town.coordinator), acting(money.other)
    hold = FraudHold.objects.get()
    pay = {"payout": payout, "transfer": "TRF-1"}
    with pytest.raises(ActionRefused, match="checks this first"):
        money_actions.pay_out(by=first, **pay)
    hold_actions.release_hold(by=first, hold=hold, reason="Barang ada")
    with pytest.raises(ActionRefused, match="checks this first"):
        money_actions.pay_out(by=second, **pay)
    with pytest.raises(ActionRefused, match="a second time"):
        hold_actions.release_hold(by=first, hold=hold, reason="Barang ada")
    with pytest.raises(IntegrityError), transaction.atomic():
        run(
            "UPDATE together_fraudhold SET state = 'released', reason = 'x', decided_at = now(),"
            " decided_by_id = approved_by_id"
        )
    hold_actions.release_hold(by=second, hold=hold, reason="Barang ada")
    assert money_actions.pay_out(by=first, **pay).state == "paid"
    assert list(differences()) == []


def test_a_refused_payout_is_declined(money: MoneyTown) -> None:
    payout = held_payout(money)
    hold_actions.refuse_hold(by=acting(money.other), hold=FraudHold.objects.get(), reason="Barang tidak ada")
    payout.refresh_from_db()
    assert (payout.state, payout.reason) == ("declined", "Barang tidak ada")


def test_the_desk_shows_what_is_held_and_the_giver_reads_what_to_show(town: HelpTown) -> None:
    pledge = own_side(town)
    desk = signed_in(town.coordinator)
    shown = desk.get(reverse("together:desk-holds")).content.decode()
    for words in (pledge.reference, "pihak yang sama", "Koordinator", "RW 11"):
        assert words in shown
    assert signed_in(town.officer).get(reverse("together:desk-holds")).status_code == 403
    page = signed_in(town.boss).get(reverse("together:pledge", args=[pledge.reference])).content.decode()
    assert "Beri tahu kantor apa hubungan pemberi dan penerima" in page
    assert "confirm/" not in page
    post(desk, "together:desk-hold-deed", FraudHold.objects.get().pk, "release", reason="Sudah ditanya")
    assert "Sudah ditanya" in desk.get(reverse("together:desk-holds")).content.decode()
    page = signed_in(town.boss).get(reverse("together:pledge", args=[pledge.reference])).content.decode()
    assert "confirm/" in page
