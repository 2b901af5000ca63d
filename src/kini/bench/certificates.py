"""`./kini bench certificates`: issue and verify health certificates in one process; yardstick: bare `cwt`.

Both sign and check the same content with the same key. `cwt` makes and reads the signed claims alone; Kini also
compresses, encodes in base45, checks the structure, times, usage of the key and revocations. Rounds of both alternate,
and the best one counts, in processor time.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import cwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cwt import COSEKey

from kini.core import current_time
from kini.vaccination.public import code_picture, hc1
from kini.vaccination.public import trust as trust_lists

RATIO = 0.8
ROUNDS = 5
KEY_ID = b"kini-dsc"
ENTRY = {
    "tg": "840539006", "vp": "J07BX03", "mp": "CoronaVac", "ma": "Sinovac-Biotech", "dn": 2, "sd": 2,
    "dt": "2021-08-01", "co": "ID", "is": "Dinas Kesehatan", "ci": "URN:UVCI:01:ID:BENCHMARK0000000000000000#X",
}  # fmt: skip
NAME = {"fn": "Contoh", "fnt": "CONTOH", "gn": "Siti Nur", "gnt": "SITI<NUR"}
CONTENT: Mapping[str, Any] = {"ver": "1.3.0", "nam": NAME, "dob": "1990-05-17", "v": [ENTRY]}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rates of one kind of work, of Kini and of the yardstick."""

    name: str
    kini: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.kini / self.bare


def compare(count: int) -> tuple[list[Comparison], float, float]:
    """Measure `count` certificates a round.

    Returns:
        Issue and verify; pictures drawn a second, and pictures from the cache a second.
    """
    now = current_time.now()
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signer, checker = (COSEKey.from_pem(pem, kid=KEY_ID, alg="ES256") for pem in (private, public))
    ends = now + timedelta(days=365)
    claims = {1: "ID", 4: int(ends.timestamp()), 6: int(now.timestamp()), -260: {1: dict(CONTENT)}}
    hashes = frozenset(number.to_bytes(16) for number in range(10_000))
    trust = trust_lists.Trust((trust_lists.TrustedKey(KEY_ID, key.public_key()),), hashes)
    issue_code = partial(hc1.issue, CONTENT, key=key, key_id=KEY_ID, issuer="ID", issued_at=now, expires_at=ends)
    code, _signature = issue_code()
    bare = cwt.encode(claims, signer)
    issue = _compare("issue", count, issue_code, lambda: cwt.encode(claims, signer))
    at = now + timedelta(days=1)
    verify = _compare("verify", count, lambda: hc1.verify(code, trust, at), lambda: cwt.decode(bare, checker))
    drawn = _rate(code_picture.svg.__wrapped__, code, 20)
    code_picture.svg(code)
    return [issue, verify], drawn, _rate(code_picture.svg, code, 10_000)


def _compare(name: str, count: int, kini: Callable[[], object], bare: Callable[[], object]) -> Comparison:
    rates: tuple[list[float], list[float]] = ([], [])
    for _round in range(ROUNDS):
        for work, measured in zip((kini, bare), rates, strict=True):
            begun = time.process_time()
            for _number in range(count):
                work()
            measured.append(count / (time.process_time() - begun))
    return Comparison(name, max(rates[0]), max(rates[1]))


def _rate(draw: Callable[[str], object], code: str, count: int) -> float:
    begun = time.process_time()
    for _number in range(count):
        draw(code)
    return count / (time.process_time() - begun)
