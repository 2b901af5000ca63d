"""Upload bombs sent by guests, several of each at the same time."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import httpx

from kini.api.operations import PREFIX
from kini.bench.attack.connections import network_address
from kini.bench.upload_bombs import BOMBS
from kini.people.public import token_auth
from kini.services.models import Service
from kini.services.public import UploadField, kinds, snapshot_of

#: Expected statuses of a refused upload: unreadable, too large, too many, busy, disk full.
REFUSED = (400, 413, 415, 422, 429, 503, 507)
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Slot:
    """Question of a service that guests may answer with a file."""

    service: str
    name: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Uploads of one bomb: count by status, and seconds of the slowest."""

    name: str
    bytes: int
    answers: Counter[int]
    slowest: float


def guest_slot() -> Slot | None:
    """First question that guests may answer with a file; None if the pack has none."""
    for service in Service.objects.filter(active=True, current__isnull=False).select_related("current").order_by("pk"):
        kind = kinds.find(service.kind)
        if kind is None or not kind.has_cases or kind.sign_in == "required":
            continue
        assert service.current
        for page in snapshot_of(service.current).pages:
            for name, field in page.fields.items():
                if isinstance(field, UploadField):
                    return Slot(service.pk, name)
    return None


def run(address: str, slot: Slot, at_once: int, report: Callable[[Sent], None]) -> list[str]:
    """Send several copies of each bomb at the same time; return findings, a sentence each."""
    findings = []
    for number, (name, (ending, make)) in enumerate(BOMBS.items()):
        content = make()
        upload = partial(_upload, address, slot, f"x.{ending}", content)
        with ThreadPoolExecutor(at_once) as pool:
            answers = list(pool.map(upload, (network_address(10 + number, attacker) for attacker in range(at_once))))
        sent = Sent(name, len(content), Counter(status for status, _ in answers), max(took for _, took in answers))
        report(sent)
        findings += [
            f"{count} uploads of a {name} were answered with {status or 'nothing'}"
            for status, count in sent.answers.items()
            if status not in REFUSED and status != 201
        ]
    return findings


def _upload(address: str, slot: Slot, name: str, content: bytes, source: str) -> tuple[int, float]:
    """Status of the response (0 without one) and seconds."""
    transport = httpx.HTTPTransport(local_address=source)
    begun = time.monotonic()
    try:
        with httpx.Client(base_url=address + PREFIX, transport=transport, timeout=PATIENCE) as client:
            draft = client.post("/drafts", json={"service": slot.service}).raise_for_status().json()
            answer = client.post(
                f"/drafts/{draft['id']}/documents",
                data={"slot": slot.name},
                files={"file": (name, content)},
                headers={token_auth.GUEST_KEY_HEADER: draft["key"]},
            )
            status = answer.status_code
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
    except httpx.TransportError:
        status = 0
    return status, time.monotonic() - begun
