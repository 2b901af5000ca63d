"""Pages of money over HTTP: from the list of pools to the receipt, and from the proposal to the transfer."""

from django.urls import reverse

from kini.payments.models import Payment
from kini.together.models import Gift, Payout, Pool
from kini.together.money import jobs
from tests.pagechecks import CheckedClient
from tests.together.conftest import differences
from tests.together.money.conftest import MoneyTown
from tests.together.test_pages import post, signed_in


def test_a_resident_gives_to_the_receipt(money: MoneyTown) -> None:
    pool = money.pool(500_000)
    shown = CheckedClient().get(reverse("together:pools")).content.decode()
    assert pool.name in shown
    page = CheckedClient().get(reverse("together:pool", args=[pool.reference])).content.decode()
    assert "PUB-1/2026" in page
    assert "kurang dari lima" in page
    donor = signed_in(money.town.donor)
    post(donor, "together:give-money", pool.reference, amount=50_000)
    gift = Gift.objects.get()
    chosen = donor.post(reverse("together:pay-gift", args=[gift.reference]), {"method": "va"})
    payment = Payment.objects.get()
    assert chosen.url == reverse("together:gift-code", args=[gift.reference, payment.pk])
    assert donor.get(chosen.url).status_code == 200  # nobody answers for the provider; the page says so
    jobs.take_gift(jobs.BillPaid(str(money.arrive(payment).pk)))
    payment.refresh_from_db()
    here = donor.get(reverse("together:gift", args=[gift.reference])).content.decode()
    assert payment.receipt in here
    assert "Sudah masuk dana bersama" in here
    assert CheckedClient().get(reverse("payments:receipt", args=[payment.receipt])).status_code == 200
    assert gift.reference in donor.get(reverse("together:own")).content.decode()
    assert signed_in(money.town.boss).get(reverse("together:gift", args=[gift.reference])).status_code == 404


def test_a_gift_can_be_withdrawn_before_it_is_paid(money: MoneyTown) -> None:
    gift = money.gift(money.pool())
    post(signed_in(money.town.donor), "together:withdraw-gift", gift.reference)
    gift.refresh_from_db()
    assert gift.state == "withdrawn"


def test_a_coordinator_opens_a_pool_and_another_pays_out(money: MoneyTown) -> None:
    coordinator = signed_in(money.town.coordinator)
    day = f"{money.pool().closes_on}"
    values = {"giver": money.aggregator.pk, "programme": "food", "name": "Sembako Cideng", "purpose": "Untuk RW 05"}
    post(coordinator, "together:desk-new-pool", target=200_000, closes_on=day, **values)
    pool = Pool.objects.get(name="Sembako Cideng")
    money.held(pool, 200_000)
    pledge = money.pledge(5)
    head = signed_in(money.head)
    assert head.get(reverse("together:spending", args=[pool.reference])).status_code == 200
    post(head, "together:new-payout", pool.reference, pledge=pledge.pk, amount=180_000)
    payout = Payout.objects.get()
    waiting = signed_in(money.other).get(reverse("together:desk-pools")).content.decode()
    assert pool.name in waiting
    post(signed_in(money.other), "together:desk-payout-deed", payout.pk, "pay", transfer="BANK-77")
    post(coordinator, "together:desk-new-payout", pool.reference, pledge="", words="Materai", amount=10_000)
    costs = Payout.objects.get(sort="costs")
    post(signed_in(money.other), "together:desk-payout-deed", costs.pk, "decline", reason="Tidak perlu")
    page = coordinator.get(reverse("together:desk-pool", args=[pool.reference])).content.decode()
    assert "BANK-77" in page
    post(coordinator, "together:desk-payout-deed", payout.pk, "return", reason="Toko tutup")
    payout.refresh_from_db()
    assert payout.state == "returned"
    assert list(differences()) == []


def test_an_officer_helps_somebody_at_the_counter(money: MoneyTown) -> None:
    pool = money.pool()
    officer = signed_in(money.town.officer)
    assert officer.get(reverse("together:desk-pools")).status_code == 200
    post(officer, "together:desk-give-money", pool.reference, amount=20_000)
    gift = Gift.objects.get()
    assert officer.get(reverse("together:pay-gift", args=[gift.reference])).status_code == 200
    assert officer.get(reverse("together:desk-pool", args=[pool.reference])).status_code == 403
