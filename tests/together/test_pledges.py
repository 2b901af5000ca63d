"""Needs, pledges and deliveries: what is pledged is counted once, and the ledger replays it."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pytest_django import Settings

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.environment import ROOT
from kini.ledger.models import Posting
from kini.together import actions, jobs, queries
from kini.together.actions.delivery_steps import WrongCode
from kini.together.fraud_holds.actions import release_hold
from kini.together.help_refusals import OverPledged
from kini.together.models import Delivery, FraudHold, Need, NeedLine, Pledge
from kini.web.formats import city_time
from tests.cases.town import acting
from tests.together.conftest import BY, HelpTown, build, differences, place, run


def test_a_pledge_in_part_goes_to_the_receipt(town: HelpTown) -> None:
    line = town.line(town.need(staples=40))
    pledge = town.received(line, 25)
    line.refresh_from_db()
    assert (pledge.state, line.pledged, line.received, line.left) == ("received", 0, 25, 15)
    assert town.balance(f"together:given:{town.firm.pk}") == -25
    assert town.balance(f"together:received:{town.rw.pk}") == 25
    assert town.balance(f"stock:together:promised:{town.firm.pk}") == 0
    assert list(differences()) == []
    town.received(line, 15)
    assert Need.objects.get().state == "met"


def test_postings_follow_the_packages(town: HelpTown) -> None:
    line = town.line(town.need(staples=40))
    firm = town.firm.pk
    promised, transit = f"stock:together:promised:{firm}", f"stock:together:transit:{firm}"
    pledge = town.confirmed(line, 10)
    assert (town.balance(promised), town.balance(transit)) == (10, 0)
    actions.set_out(by=acting(town.boss), pledge=pledge)
    assert (town.balance(promised), town.balance(transit)) == (0, 10)
    town.delivered(pledge, 10)
    assert town.balance(transit) == 10
    actions.refuse_pledge(by=acting(town.head), pledge=town.sent(line, 5), reason="Sudah cukup")
    assert (town.balance(transit), town.balance(f"together:given:{firm}")) == (10, -10)
    assert list(differences()) == []


def test_the_second_giver_hears_what_is_left_and_where_else(town: HelpTown) -> None:
    line = town.line(town.need(staples=10))
    town.need(town.other, staples=30)
    town.pledge(line, 7)
    with pytest.raises(OverPledged, match=r"Only 3 are left here\. 30 are needed at RW 05, Cideng"):
        town.pledge(line, 8, town.donor_giver)
    town.pledge(line, 3, town.donor_giver)
    with pytest.raises(OverPledged, match="Others have pledged all of it"):
        town.pledge(line, 1)


def test_the_same_form_sent_twice_is_one_pledge_and_one_delivery(town: HelpTown) -> None:
    line, key = town.line(town.need()), uuid4()
    by = acting(town.boss)
    pledges = {actions.hold_pledge(by=by, giver=town.firm, line=line, quantity=9, key=key).pk for _ in range(3)}
    assert len(pledges) == 1
    pledge = town.sent(line, 5)
    sent: dict[str, Any] = {"by": by, "pledge": pledge, "code": pledge.code, "quantity": 5, "key": uuid4()}
    assert actions.record_delivery(**sent) == actions.record_delivery(**sent)
    with pytest.raises(ActionRefused, match="recorded already"):
        actions.record_delivery(**sent | {"key": uuid4()})
    assert Delivery.objects.count() == 1


def test_three_wrong_codes_need_a_second_person(town: HelpTown) -> None:
    pledge = town.sent(town.line(town.need()), 5)
    wrong = f"{(int(pledge.code) + 1) % 1_000_000:06}"
    deliver: dict[str, Any] = {"pledge": pledge, "quantity": 5, "key": uuid4()}
    for _ in range(3):
        assert isinstance(actions.record_delivery(by=acting(town.boss), code=wrong, **deliver), WrongCode)
    with pytest.raises(ActionRefused, match="wrong three times"):
        actions.record_delivery(by=acting(town.boss), code=pledge.code, **deliver)
    with pytest.raises(NotAllowed):
        actions.record_delivery(by=acting(town.boss), code="", seconded=True, **deliver)
    release_hold(by=acting(town.coordinator), hold=FraudHold.objects.get(), reason="Barang ada")
    actions.record_delivery(by=acting(town.colleague), code="", seconded=True, **deliver)
    assert Delivery.objects.get().seconded


def test_counts_that_differ_are_decided_by_neither_side(town: HelpTown) -> None:
    line = town.line(town.need())
    pledge = town.delivered(town.sent(line, 20))
    with pytest.raises(NotAllowed):
        actions.record_receipt(by=acting(town.boss), pledge=pledge, quantity=20)
    delivery = actions.record_receipt(by=acting(town.head), pledge=pledge, quantity=17)
    pledge.refresh_from_db()
    assert pledge.state == "disputed"
    assert delivery.decide_by is not None
    with pytest.raises(NotAllowed):
        actions.decide_dispute(by=acting(town.officer), pledge=pledge, quantity=18, reason="Dihitung ulang")
    with pytest.raises(ActionRefused, match="from 17 to 20"):
        actions.decide_dispute(by=acting(town.coordinator), pledge=pledge, quantity=16, reason="Dihitung ulang")
    actions.decide_dispute(by=acting(town.coordinator), pledge=pledge, quantity=18, reason="Dihitung ulang")
    assert town.balance(f"together:received:{town.rw.pk}") == 18
    assert town.balance(f"together:written-off:{town.firm.pk}") == 2
    line.refresh_from_db()
    assert (line.received, line.pledged) == (18, 0)
    assert list(differences()) == []


def test_a_pledge_lapses_when_its_time_is_over(town: HelpTown) -> None:
    line, noon = town.line(town.need()), city_time(current_time.now()).replace(hour=12)
    with current_time.freeze(noon):
        held, confirmed = town.pledge(line, 5), town.confirmed(line, 6)
        sent = town.sent(line, 7)
    with current_time.freeze(noon + timedelta(hours=49)):
        jobs.lapse_pledges()
        assert set(Pledge.objects.filter(state="lapsed")) == {held}
        with pytest.raises(ActionRefused):
            actions.confirm_pledge(by=acting(town.boss), pledge=held, deliver_on=sent.pledged_on, stated=True)
    with current_time.freeze(noon + timedelta(days=3)):
        jobs.lapse_pledges()
    assert set(Pledge.objects.filter(state="lapsed")) == {held, confirmed}
    line.refresh_from_db()
    assert line.pledged == 7
    assert list(differences()) == []


def test_givers_whose_pledges_lapse_have_less_time_then_need_an_officer(town: HelpTown) -> None:
    line = town.line(town.need())
    hours = []
    for _ in range(3):
        pledge = town.pledge(line, 1)
        hours.append(round((pledge.held_until - pledge.created_at) / timedelta(hours=1)))
        Pledge.objects.filter(pk=pledge.pk).update(held_until=current_time.now())
        jobs.lapse_pledges()
    assert hours == [48, 48, 12]
    pledge = town.pledge(line, 1)
    with pytest.raises(NotAllowed, match="Three of your pledges lapsed"):
        actions.confirm_pledge(by=acting(town.boss), pledge=pledge, deliver_on=pledge.pledged_on, stated=True)
    actions.confirm_pledge(by=acting(town.officer), pledge=pledge, deliver_on=pledge.pledged_on, stated=True)


def test_only_so_many_pledges_are_open_before_the_first_delivery(town: HelpTown) -> None:
    line = town.line(town.need())
    for _ in range(5):
        town.pledge(line, 1)
    with pytest.raises(ActionRefused, match="several pledges open"):
        town.pledge(line, 1)


def test_a_need_is_verified_by_somebody_else(town: HelpTown) -> None:
    need = town.reported()
    with pytest.raises(ActionRefused, match="You recorded this need"):
        actions.verify_need(by=acting(town.officer), need=need)
    with pytest.raises(NotAllowed):
        actions.verify_need(by=acting(town.donor), need=need)
    own = place(town, "orphanage", "Panti Contoh", "31.71.01.1002", contact=town.colleague.user)
    with pytest.raises(ActionRefused, match="contact of the receiving side"):
        actions.verify_need(by=acting(town.colleague), need=town.reported(own))


def test_the_database_refuses_what_the_actions_refuse(town: HelpTown) -> None:
    need = town.reported()
    town.rw.contact = town.colleague.user
    town.rw.save()
    line = town.line(town.need(town.other, staples=10))
    pledge = town.pledge(line, 10)
    for statement, values in (
        ("UPDATE together_need SET verified_by_id = %s, verified_at = now(), state = 'open' WHERE id = %s",
         (town.colleague.user_id, need.pk)),
        ("UPDATE together_need SET verified_by_id = reported_by_id, verified_at = now() WHERE id = %s", (need.pk,)),
        ("UPDATE together_need SET state = 'open' WHERE id = %s", (need.pk,)),
        ("UPDATE together_pledge SET state = 'received' WHERE id = %s", (pledge.pk,)),
        ("UPDATE together_pledge SET state = 'on-the-way' WHERE id = %s", (pledge.pk,)),
        ("UPDATE together_pledge SET quantity = 1 WHERE id = %s", (pledge.pk,)),
        ("UPDATE together_needline SET needed = 9 WHERE id = %s", (line.pk,)),
        ("INSERT INTO together_pledge (key, reference, line_id, giver_id, quantity, state, pledged_on, held_until,"
         " code, tries, reason, created_at, changed_at) SELECT gen_random_uuid(), 'X', line_id, giver_id, 1, 'held',"
         " pledged_on, held_until, code, 0, '', now(), now() FROM together_pledge WHERE id = %s", (pledge.pk,)),
        ("INSERT INTO together_delivery (pledge_id, key, delivered_quantity, delivered_at, seconded)"
         " SELECT %s, gen_random_uuid(), 1, now(), false FROM generate_series(1, 2)", (pledge.pk,)),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement, *values)


def test_the_verifier_of_a_need_does_not_give_to_it(town: HelpTown) -> None:
    line = town.line(town.need())
    assert town.colleague.user
    own = actions.record_giver(by=acting(town.colleague), kind="group", name="Grup Rekan", owner=town.colleague.user)
    with pytest.raises(ActionRefused, match="You verified this need"):
        actions.hold_pledge(by=acting(town.colleague), giver=own, line=line, quantity=1, key=uuid4())
    actions.add_member(by=acting(town.boss), giver=town.firm, user=town.colleague.user)
    with pytest.raises(ActionRefused, match="You verified this need"):
        town.pledge(line, 1)


def test_a_household_is_hidden_and_listed_once_in_a_period(town: HelpTown) -> None:
    household = place(town, "household", "Rumah biru", "31.71.01.1001")
    assert household.hidden
    report = {
        "beneficiary": household,
        "programme": "food",
        "lines": {"staples": 1},
        "needed_by": town.need().needed_by,
    }
    first = actions.report_need(by=acting(town.officer), family_card="3171 0112 3456 7890", **report)
    with pytest.raises(ActionRefused, match="already listed"):
        actions.report_need(by=acting(town.officer), family_card="3171011234567890", **report)
    actions.verify_need(by=acting(town.colleague), need=first)
    assert [each.need.beneficiary for each in queries.offered_needs()] == [town.rw]


def test_a_need_that_ends_gives_its_pledges_back(town: HelpTown) -> None:
    need = town.need()
    line = town.line(need)
    town.pledge(line, 5)
    sent = town.sent(line, 6)
    actions.withdraw_need(by=acting(town.head), need=need, reason="Sudah dibantu")
    line.refresh_from_db()
    assert line.pledged == 6
    town.delivered(sent)
    actions.record_receipt(by=acting(town.head), pledge=sent, quantity=6)
    with pytest.raises(ActionRefused, match="not open any more"):
        town.pledge(line, 1)
    late = town.need(town.other, days=1)
    with current_time.freeze(current_time.now() + timedelta(days=3)):
        actions.expire_needs(by=BY)
    late.refresh_from_db()
    assert late.state == "expired"
    assert list(differences()) == []


def test_the_least_helped_come_first_and_then_those_that_wait_the_longest(town: HelpTown) -> None:
    """Check 8 of the facts: 60 packages pledged to 40 families meet the need; the size of a place decides nothing."""
    helped = town.need(staples=60)
    smaller, bigger = town.need(town.rw, staples=30), town.need(town.other, staples=200)
    town.pledge(town.line(helped), 60)
    assert [each.need for each in queries.offered_needs()] == [smaller, bigger, helped]
    assert queries.offered_needs()[-1].percent == 100
    town.pledge(town.line(smaller), 1)
    assert [each.need for each in queries.offered_needs()] == [bigger, smaller, helped]
    town.pledge(town.line(bigger), 10)
    assert [each.need for each in queries.offered_needs()] == [smaller, bigger, helped], "3 of 100 before 5 of 100"


def test_a_sound_check_finds_what_was_changed_past_the_triggers(town: HelpTown) -> None:
    line = town.line(town.need())
    town.received(line, 5)
    run("UPDATE together_needline SET received = 6 WHERE id = %s", line.pk)
    assert any("counts 0 pledged and 6 received" in each for each in differences())


class Interleaving(RuleBasedStateMachine):
    """Any order of deeds keeps every line within what is needed, and the ledger at zero."""

    town: HelpTown
    lines: list[NeedLine]

    def __init__(self) -> None:
        super().__init__()
        self.pledges: list[Pledge] = []
        self.point = transaction.savepoint_create()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    @rule(which=st.integers(0, 1), quantity=st.integers(1, 9), own=st.booleans())
    def pledge(self, which: int, quantity: int, own: bool) -> None:
        giver = self.town.firm if own else self.town.donor_giver
        with suppress(ActionRefused):
            self.pledges.append(self.town.pledge(self.lines[which], quantity, giver))

    @rule(
        number=st.integers(0, 30),
        deed=st.sampled_from(("confirm", "set-out", "deliver", "receive", "decide", "withdraw", "refuse", "lapse")),
        part=st.integers(0, 9),
    )
    def move(self, number: int, deed: str, part: int) -> None:
        if not self.pledges:
            return
        pledge = self.pledges[number % len(self.pledges)]
        giver, head = self.town.side(pledge.giver), acting(self.town.head)
        officer = acting(self.town.coordinator)
        part = min(part, pledge.quantity)
        try:
            match deed:
                case "confirm":
                    actions.confirm_pledge(by=giver, pledge=pledge, deliver_on=pledge.pledged_on, stated=True)
                case "set-out":
                    actions.set_out(by=giver, pledge=pledge)
                case "deliver":
                    actions.record_delivery(by=giver, pledge=pledge, code=pledge.code, quantity=part, key=uuid4())
                case "receive":
                    actions.record_receipt(by=head, pledge=pledge, quantity=part)
                case "decide":
                    actions.decide_dispute(by=officer, pledge=pledge, quantity=part, reason="Dihitung")
                case "withdraw":
                    actions.withdraw_pledge(by=giver, pledge=pledge, reason="")
                case "refuse":
                    actions.refuse_pledge(by=head, pledge=pledge, reason="Cukup")
                case _:
                    with current_time.freeze(pledge.held_until):
                        actions.lapse_pledge(by=BY, pledge=pledge)
        except ActionRefused:
            pass

    @invariant()
    def nothing_is_over_pledged(self) -> None:
        for line in NeedLine.objects.all():
            assert 0 <= line.pledged + line.received <= line.needed
        assert list(differences()) == []
        assert sum(Posting.objects.values_list("amount", flat=True)) == 0


def test_any_order_of_deeds_keeps_the_books(town: HelpTown) -> None:
    Interleaving.town = town
    need = town.need(staples=12, meals=6)
    Interleaving.lines = [town.line(need), town.line(need, "meals")]
    quiet = settings(max_examples=10, stateful_step_count=25, suppress_health_check=list(HealthCheck), deadline=None)
    run_state_machine_as_test(Interleaving, settings=quiet)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_pledge_no_more_than_is_needed(settings: Settings) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    town = build()
    line = town.line(town.need(staples=20))
    barrier, results = Barrier(12), list[str]()

    def press(number: int) -> None:
        giver = town.firm if number % 2 else town.donor_giver
        barrier.wait()
        try:
            for _ in range(2):
                try:
                    town.pledge(line, 3, giver)
                    results.append("held")
                except ActionRefused as refusal:
                    results.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=press, args=(number,)) for number in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    line.refresh_from_db()
    assert len(results) == 24
    assert line.pledged == 3 * results.count("held") == 18
    assert list(differences()) == []
