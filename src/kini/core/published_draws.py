"""Random draws by a seed whose hash is published the day before, so that anybody can draw again and compare."""

import secrets
from collections.abc import Iterable
from hashlib import sha256
from math import ceil


def drawn_tickets(seed: str, tickets: Iterable[str], one_in: int) -> set[str]:
    """Return the tickets with the smallest SHA-256 of "SEED:TICKET": one in so many, rounded up."""
    in_order = sorted(tickets, key=lambda ticket: sha256(f"{seed}:{ticket}".encode()).hexdigest())
    return set(in_order[: ceil(len(in_order) / one_in)])


def new_seed() -> tuple[str, str]:
    """Return a seed, and the hash of it that is published before the draw."""
    seed = secrets.token_hex(32)
    return seed, sha256(seed.encode()).hexdigest()
