"""Access to the operator's pages: all others get 404."""

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from pytest_django import Settings

from kini.core import retention
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.models import AuditEntry
from kini.operator.site import operator_urls
from kini.people import actions
from kini.people.contacts import contact_of
from kini.people.models import Operator, Session, User
from tests.operator.conftest import OPERATOR
from tests.operator.urls import WHERE
from tests.people.conftest import BY, acting
from tests.structure.test_addresses import routes

pytestmark = pytest.mark.django_db


def addresses() -> list[str]:
    """Every address below the door, and one that ends in no slash; rows are named by a number that no row has."""
    own = URLResolver(get_resolver().pattern, operator_urls(WHERE))
    paths = [path.replace("<path:object_id>", "1").strip("^$") for _name, path in routes(own)]
    plain = [path.replace("(?P<app_label>" + path.partition(">")[2].partition(")")[0] + ")", "core") for path in paths]
    return sorted({"/" + path.replace("(?P<url>.*)", "nowhere").lstrip("^/").replace("^", "") for path in plain})


def test_only_tables_and_their_rows_have_addresses():
    assert len(addresses()) > 20
    assert not [
        each for each in addresses() if each.endswith(("/add/", "/delete/", "/login/", "/history/", "/logout/"))
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("who", ["anonymous", "resident", "officer"])
def test_strangers_find_nothing(who, method, request):
    client = Client(enforce_csrf_checks=True)
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who).user)
    answers = {url: client.generic(method, url).status_code for url in addresses()}
    assert {url: status for url, status in answers.items() if status != 404} == {}


def test_without_an_address_there_are_no_pages(settings: Settings, inside: Client):
    settings.ROOT_URLCONF = "kini.urls"
    assert operator_urls("") == []
    assert inside.get(f"/{WHERE}/").status_code == 404


def test_an_operator_without_a_second_step_is_sent_to_set_one_up(client, operator):
    client.force_login(operator)
    for url in addresses():
        assert client.get(url).url == reverse("mfa_index")
    assert "Tambahkan kunci sandi atau aplikasi dulu" in client.get(reverse("mfa_index")).text


def test_a_second_step_that_was_not_taken_in_this_session_is_asked_for(come_in, client, operator):
    client.force_login(operator)
    assert client.get(f"/{WHERE}/").url == f"{reverse('mfa_reauthenticate')}?next=%2F{WHERE}%2F"


def test_an_operator_comes_in(inside):
    page = inside.get(f"/{WHERE}/")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert inside.get(f"/{WHERE}").url == f"/{WHERE}/"


def test_a_form_without_its_token_is_refused(come_in):
    strict = come_in(Client())
    strict.handler.enforce_csrf_checks = True
    assert strict.post(f"/{WHERE}/procrastinate/procrastinatejob/", {"action": "retry"}).status_code == 403


def test_who_is_removed_is_out_at_once(inside, operator):
    actions.remove_operator(by=BY, user=operator)
    assert inside.get(f"/{WHERE}/").status_code == 404
    with pytest.raises(ActionRefused):
        actions.remove_operator(by=BY, user=operator)


def test_an_inactive_account_is_out(inside, operator):
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert inside.get(f"/{WHERE}/").status_code == 404


def test_becoming_an_operator_ends_ones_sessions_and_is_audited_once(client, resident):
    client.force_login(resident.user)
    for _turn in range(2):
        actions.add_operator(by=BY, contact=contact_of(resident.user))
    assert not Session.objects.filter(user=resident.user).exists()
    assert AuditEntry.objects.filter(action="people.operator-added").count() == 1


def test_an_operators_session_is_as_short_as_an_officers(inside):
    assert inside.session.get_expiry_age() <= 30 * 60


def test_only_the_command_line_makes_operators(resident, operator):
    for by in (acting(resident), Actor(ActorKind.RESIDENT, operator.pk)):
        with pytest.raises(NotAllowed):
            actions.add_operator(by=by, contact=OPERATOR)
        with pytest.raises(NotAllowed):
            actions.remove_operator(by=by, user=operator)
    assert Operator.objects.count() == 1


def test_an_operator_who_has_not_signed_in_yet_stays(operator):
    User.objects.update(created_at="2020-01-01T00:00Z")
    assert retention.apply(retention.rules.get("people.unused-accounts")) == 0
