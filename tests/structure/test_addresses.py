"""Every address needs a permission unless it is listed as public, and addresses never vanish unnoticed."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

HERE = Path(__file__).parent
#: Values for the parts of an address, by converter; they name nothing that exists.
SAMPLES = {
    "IntConverter": "1",
    "UUIDConverter": str(uuid.UUID(int=1)),
    "SlugConverter": "none",
    "StringConverter": "none",
}


def routes(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", path, entry


def listed(name: str) -> list[str]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


ROUTES = sorted(routes(get_resolver()), key=lambda route: route[:2])


def test_routes_are_the_listed_ones():
    assert [f"{name} /{path}" for name, path, _ in ROUTES] == listed("routes.txt")


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "path", "entry"), ROUTES, ids=[route[0] for route in ROUTES])
def test_strangers_see_only_public_pages(client, name, path, entry):
    address = path
    for part, converter in entry.pattern.converters.items():
        kind = type(converter).__name__
        address = address.replace(
            f"<{kind.removesuffix('Converter').lower().replace('string', 'str')}:{part}>", SAMPLES[kind]
        )
        address = address.replace(f"<{part}>", SAMPLES[kind])
    if name in listed("public.txt") or "(?P" in address or "^" in address:
        return
    response = client.get(f"/{address}")
    to_sign_in = response.status_code == 302 and "/sign-in" in response["Location"]
    assert to_sign_in or response.status_code in (401, 403, 404, 405), f"{name} answered {response.status_code}"
