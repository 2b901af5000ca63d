"""Every URL needs a permission unless it is listed as public, and no URL vanishes unnoticed."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

HERE = Path(__file__).parent
#: Values for the parts of an address, by converter; they name nothing that exists.
SAMPLES = {"int": "1", "uuid": str(uuid.UUID(int=1)), "uuidstr": str(uuid.UUID(int=1)), "slug": "none", "str": "none"}
SIGN_IN = ("/sign-in/", "/account/login/")


def routes(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", path
        else:
            yield from routes(entry, path, f"{space}{entry.namespace}:" if entry.namespace else space)


def listed(name: str) -> list[str]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


ROUTES = sorted(routes(get_resolver()))
#: Addresses written as regular expressions name their choices; the first one stands for all.
CHOICES = re.compile(r"\(\?P<\w+>(\w+)[^)]*\)")


def test_routes_are_the_listed_ones():
    assert [f"{name} /{path}" for name, path in ROUTES] == listed("routes.txt")


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, _path in ROUTES if name not in listed("public.txt")])
def test_strangers_are_refused_or_sent_to_the_sign_in(name):
    for path in (path for each, path in ROUTES if each == name):
        address = CHOICES.sub(r"\1", path).strip("^$").replace("^", "")
        for converter, value in SAMPLES.items():
            address = re.sub(rf"<{converter}:\w+>", value, address)
        response = Client().get(f"/{address}")
        sent = response.status_code == 302 and response["Location"].startswith(SIGN_IN)
        assert sent or response.status_code in (401, 403, 404, 405), f"/{address} answered {response.status_code}"
