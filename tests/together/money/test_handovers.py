"""The frozen pool of a suspended aggregator is handed over or refunded by two officers of neither side."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kini.core.actors import ActionRefused, NotAllowed
from kini.together import actions as help_actions
from kini.together.models import Giver, Pool, PoolHandover
from kini.together.money import actions, jobs
from kini.web.formats import today
from tests.cases.town import acting, person
from tests.together.conftest import differences, run
from tests.together.money.conftest import MoneyTown
from tests.together.test_pages import post, signed_in


@pytest.fixture
def heir(money: MoneyTown) -> Giver:
    """Another aggregator with a permit."""
    owner = person("+6281200000055", "Ketua lain").user
    assert owner
    permit = help_actions.NewPermit("PUB-2/2026", "Kemensos", today(), today() + timedelta(days=30))
    return help_actions.record_aggregator(
        by=acting(money.town.coordinator), name="Yayasan Lain", owner=owner, permit=permit
    )


def suspend(money: MoneyTown) -> None:
    help_actions.suspend_giver(by=acting(money.town.coordinator), giver=money.aggregator, reason="Izin dicabut")


def propose(money: MoneyTown, pool: Pool, to: Giver | None) -> PoolHandover:
    by = acting(money.town.coordinator)
    return actions.propose_handover(by=by, pool=pool, to_giver=to, reason="Izin dicabut")


def test_another_aggregator_spends_a_pool_that_two_officers_hand_over(money: MoneyTown, heir: Giver) -> None:
    pool = money.reached()
    money.paid(pool, amount=50_000)
    waiting = money.proposed(pool, amount=10_000)
    with pytest.raises(ActionRefused, match="suspended aggregator"):
        propose(money, pool, heir)
    suspend(money)
    row = propose(money, pool, heir)
    with pytest.raises(ActionRefused, match="already"):
        propose(money, pool, heir)
    with pytest.raises(ActionRefused, match="somebody else"):
        actions.decide_handover(by=acting(money.town.coordinator), handover=row, agreed=True)
    with pytest.raises(NotAllowed):
        actions.decide_handover(by=acting(money.town.officer), handover=row, agreed=True)
    actions.decide_handover(by=acting(money.other), handover=row, agreed=True)
    pool.refresh_from_db()
    waiting.refresh_from_db()
    assert (pool.giver, pool.held, waiting.state) == (heir, 950_000, "declined")
    with pytest.raises(ActionRefused, match="already"):
        actions.decide_handover(by=acting(money.other), handover=row, agreed=False)
    side = acting(person("+6281200000055", "Ketua lain"))
    payout = actions.propose_payout(by=side, pool=pool, pledge=None, amount=20_000, words="Truk", key=uuid4())
    actions.pay_out(by=acting(money.other), payout=payout, transfer="TRF-HEIR")
    assert list(differences()) == []


def test_a_pool_of_which_nothing_was_spent_is_refunded(money: MoneyTown) -> None:
    pool, open_pool = money.reached(), money.pool(500_000)
    money.held(open_pool, 100_000)
    suspend(money)
    for each in (pool, open_pool):
        actions.decide_handover(by=acting(money.other), handover=propose(money, each, None), agreed=True)
    jobs.close_pools()
    for each in (pool, open_pool):
        each.refresh_from_db()
        assert (each.state, each.held) == ("short", 0)
        assert set(each.gifts.values_list("state", flat=True)) == {"refunded"}
    assert list(differences()) == []


def test_a_pool_that_was_spent_in_part_is_not_refunded(money: MoneyTown) -> None:
    pool = money.reached()
    money.paid(pool, amount=50_000)
    suspend(money)
    with pytest.raises(ActionRefused, match="was spent"):
        propose(money, pool, None)


def test_the_database_holds_the_two_people_and_the_permit(money: MoneyTown, heir: Giver) -> None:
    pool = money.reached()
    suspend(money)
    for statement in (
        f"UPDATE together_pool SET giver_id = {heir.pk}",
        "UPDATE together_pool SET state = 'short', ended_at = now()",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement)
    propose(money, pool, heir)
    decided = (
        "UPDATE together_poolhandover SET state = 'done', decided_at = now(), decided_on = '%s', decided_by_id = %s"
    )
    other, far = money.other.user_id, today() + timedelta(days=90)
    for day, officer in ((today(), money.town.coordinator.user_id), (far, other), (today(), heir.owner_id)):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(decided % (day, officer))
    run(decided % (today(), other))
    with pytest.raises(IntegrityError), transaction.atomic():
        run("UPDATE together_poolhandover SET state = 'declined'")
    with pytest.raises(IntegrityError), transaction.atomic():
        run("DELETE FROM together_poolhandover")


def test_officers_hand_over_at_the_desk_and_everybody_reads_it(money: MoneyTown, heir: Giver) -> None:
    pool = money.reached()
    suspend(money)
    first, second = signed_in(money.town.coordinator), signed_in(money.other)
    here = reverse("together:desk-pool", args=[pool.reference])
    assert reverse("together:desk-new-handover", args=[pool.reference]) in first.get(here).content.decode()
    post(first, "together:desk-new-handover", pool.reference, to_giver=heir.pk, reason="Izin dicabut")
    proposed = PoolHandover.objects.get()
    agree = reverse("together:desk-handover-deed", args=[proposed.pk, "agree"])
    assert agree in second.get(here).content.decode()
    post(second, "together:desk-handover-deed", proposed.pk, "agree")
    page = signed_in(money.town.donor).get(reverse("together:pool", args=[pool.reference])).content.decode()
    assert "Yayasan Lain" in page
    assert "Yayasan Contoh" in page
