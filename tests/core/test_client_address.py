"""Client addresses: only our proxies are trusted, and IPv6 clients are counted by /64."""

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from kini.core import attempt_limits
from kini.core.actors import ActionRefused
from kini.core.attempt_limits import Limit
from kini.core.client_address import client_address, client_network, current_request
from tests.environment import replace


def address(settings: Settings, proxies: int, forwarded: str | None, peer: str = "192.0.2.9") -> str:
    settings.ENV = replace(settings.ENV, proxies=proxies)
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.7", "192.0.2.9"),
        (1, None, "192.0.2.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7", "198.51.100.1"),
        (2, "203.0.113.7", "192.0.2.9"),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:DB8::7]:4711", "2001:db8::7"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "nonsense", "192.0.2.9"),
    ],
)
def test_only_the_entries_of_own_proxies_are_believed(settings, proxies, forwarded, expected):
    assert address(settings, proxies, forwarded) == expected


def test_a_request_without_any_address_is_unknown(settings):
    assert address(settings, 0, None, peer="") == "unknown"


@pytest.mark.parametrize(
    ("peer", "network"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", "unknown")],
)
def test_limits_count_an_ipv6_household_as_one_client(peer, network):
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=peer)) == network


@pytest.mark.django_db
def test_a_limit_reached_is_a_security_line_that_names_the_client_and_not_the_key(caplog):
    limit = Limit("tests.sample", count=1, seconds=60)
    token = current_request.set(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7"))
    attempt_limits.consume(limit, "+62811000000")
    with pytest.raises(ActionRefused):
        attempt_limits.consume(limit, "+62811000000")
    current_request.reset(token)
    [line] = [record.getMessage() for record in caplog.records if record.name == "kini.security"]
    for part in ("limit-reached", "203.0.113.7", "tests.sample"):
        assert part in line
    assert "62811" not in line
