"""Network address of the client that sent a request, and the network under which limits count it."""

from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
#: Providers give each household at least a /64 (RFC 6177), so that one visitor has 2^64 addresses.
IPV6_PREFIX = 64

#: The request that this thread answers; bound by core.middleware.RequestContext.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


def client_address(request: HttpRequest) -> str:
    """The client's IP address in canonical form; "unknown" when there is none.

    Each of the `KINI_PROXIES` proxies appends the address it saw to X-Forwarded-For, so that only as many entries, from
    the right, are trusted. A request with fewer of them did not come through all proxies: its own peer counts.
    """
    return forwarded_address(request) or _canonical(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def forwarded_address(request: HttpRequest) -> str:
    """The client's address as all our proxies passed it on; empty when the request did not come through them."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies: int = settings.ENV.proxies
    return _canonical(forwarded[-proxies]) if 0 < proxies <= len(forwarded) else ""


def client_network(request: HttpRequest) -> str:
    """The key under which limits count a client: its IPv4 address, or the /64 of its IPv6 address."""
    return network_of(client_address(request))


def network_of(address: str) -> str:
    """An IPv4 address as it is, an IPv6 address as its /64."""
    return str(ip_network(f"{address}/{IPV6_PREFIX}", strict=False)) if ":" in address else address


def current_client() -> str:
    """Address of the client whose request this thread answers; "unknown" outside of requests."""
    request = current_request.get()
    return client_address(request) if request is not None else UNKNOWN


def _canonical(written: str) -> str:
    """An address without port, brackets and zone, IPv4-mapped ones as IPv4; empty when it is none."""
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
