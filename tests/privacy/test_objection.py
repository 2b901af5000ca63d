"""Objections: a granted one ends a use of data; officers see restricted data marked."""

from kini.cases import actions as case_actions
from kini.core import current_time
from kini.messages.models import Subscription
from kini.people.models import User
from kini.privacy.models import Restriction
from tests.cases.town import acting, opened


def test_a_granted_objection_ends_the_use_and_nothing_else(town, ask, guardian, run_jobs):
    user = User.objects.get(pk=town.resident.user_id)
    at = current_time.now()
    Subscription.objects.create(user=user, endpoint="https://push.example/1", public="p", auth="a", made_at=at)
    case = ask("objection", uses=["browsers"], restrict=False)
    case_actions.move(by=acting(guardian), case=case, move="grant", values={"message": "Stopped."})
    run_jobs()
    assert not Subscription.objects.exists()
    assert user.messages.exists()


def test_a_refused_one_ends_nothing(town, ask, guardian):
    user = User.objects.get(pk=town.resident.user_id)
    at = current_time.now()
    Subscription.objects.create(user=user, endpoint="https://push.example/1", public="p", auth="a", made_at=at)
    case = ask("objection", uses=["browsers"], restrict=False)
    case_actions.move(by=acting(guardian), case=case, move="refuse", values={"reason": "No."})
    assert Subscription.objects.exists()


def test_data_on_hold_is_shown_on_every_case_until_it_is_decided(town, permit, ask, guardian, browse):
    case = opened(town.named("resident"), permit, town.resident)
    own = ask("objection", uses=["other"], why="The permit.", restrict=True)
    assert Restriction.objects.filter(lifted_at=None).count() == 1
    page = browse(town.head)
    assert own.reference in page.get(f"/desk/cases/{case.reference}/").text
    case_actions.move(by=acting(guardian), case=own, move="grant", values={"message": "Done."})
    assert own.reference not in page.get(f"/desk/cases/{case.reference}/").text


def test_the_clock_is_three_days(ask):
    case = ask("correction", place="profile", wrong="Wrong.", right="Right.")
    assert case.due_at is not None
    assert (case.due_at - case.opened_at).total_seconds() == 72 * 3600
