"""The made-up help of a demo: all states, sound books, a published ledger."""

from kini.together import made_up_help
from kini.together.models import Need, Pledge, PublishedMovement, SignUp
from tests.cases.town import employed
from tests.together.conftest import BY, HelpTown, differences


def test_a_demo_has_help_in_all_states(town: HelpTown) -> None:
    employed("+6281200000091", "Pemeriksa", town.officer.agency, "help-officer")
    assert made_up_help.fill(BY, needs=30, seed=3) == 30
    assert Need.objects.filter(state="open").count() >= 20
    assert {"received", "held"} <= set(Pledge.objects.values_list("state", flat=True))
    assert {"booked", "attended", "absent"} <= set(SignUp.objects.values_list("state", flat=True))
    assert PublishedMovement.objects.exists()
    assert list(differences()) == []
