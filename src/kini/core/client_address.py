"""Client address of a request, and the network by which limits count it."""

from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
#: Providers give each household at least a /64 (RFC 6177), so one visitor has 2^64 addresses.
IPV6_PREFIX = 64

#: Request that this thread handles; set by core.middleware.RequestContext.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


def client_address(request: HttpRequest) -> str:
    """Return the client's canonical IP address; "unknown" when there is none.

    Each of the `KINI_PROXIES` proxies appends the address it saw to X-Forwarded-For, so only that many entries from the
    right are trusted. A request with fewer entries did not pass all proxies: its peer address is used.
    """
    return forwarded_address(request) or _canonical(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def forwarded_address(request: HttpRequest) -> str:
    """Client address by X-Forwarded-For; empty when the request did not pass all our proxies."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies: int = settings.ENV.proxies
    return _canonical(forwarded[-proxies]) if 0 < proxies <= len(forwarded) else ""


def client_network(request: HttpRequest) -> str:
    """Key by which limits count a client: its IPv4 address, or the /64 of its IPv6 address."""
    return network_of(client_address(request))


def network_of(address: str) -> str:
    """Return an IPv4 address unchanged, the /64 of an IPv6 address."""
    return str(ip_network(f"{address}/{IPV6_PREFIX}", strict=False)) if ":" in address else address


def current_client() -> str:
    """Client address of the request that this thread handles; "unknown" outside of requests."""
    request = current_request.get()
    return client_address(request) if request is not None else UNKNOWN


def _canonical(raw: str) -> str:
    """Strip port, brackets and zone, and unwrap IPv4-mapped addresses; empty when it is no address."""
    text = raw.strip()
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
