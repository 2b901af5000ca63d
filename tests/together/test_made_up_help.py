"""The made-up help of a demo: all states, sound books, a published ledger."""

from pathlib import Path

from pytest_django import Settings

from kini.together import made_up_help
from kini.together.models import DeliveryPhoto, FraudHold, Gift, Need, Payout, Pledge, Pool, PublishedMovement, SignUp
from kini.together.photos import made_up_photos
from tests.cases.town import employed
from tests.environment import replace
from tests.together.conftest import BY, HelpTown, differences
from tests.together.money.conftest import provider as provider


def test_a_demo_has_help_in_all_states(town: HelpTown, settings: Settings, provider: Path) -> None:
    settings.ENV = replace(settings.ENV, payments=provider)
    employed("+6281200000091", "Pemeriksa", town.officer.agency, "help-officer")
    assert made_up_help.fill(BY, needs=30, seed=3) == 30
    assert Need.objects.filter(state="open").count() >= 20
    assert {"received", "held"} <= set(Pledge.objects.values_list("state", flat=True))
    assert {"booked", "attended", "absent"} <= set(SignUp.objects.values_list("state", flat=True))
    assert {"open", "reached", "short"} == set(Pool.objects.values_list("state", flat=True))
    assert {"held", "refunded"} == set(Gift.objects.values_list("state", flat=True))
    assert {"settled", "paid"} <= set(Payout.objects.values_list("state", flat=True))
    assert {"open", "released", "refused"} <= set(FraudHold.objects.values_list("state", flat=True))
    assert DeliveryPhoto.objects.filter(released_at=None).count() == made_up_photos.WAITING
    assert DeliveryPhoto.objects.exclude(released_at=None).exists()
    assert {"given", "received"} <= set(PublishedMovement.objects.values_list("movement", flat=True))
    assert list(differences()) == []
