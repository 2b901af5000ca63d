"""Signatures of the public ledger's daily heads, with the key of the agency that looks after help.

A head of a day is signed as a short text, so that whoever kept it can prove later what the city had published.
"""

from collections.abc import Iterator
from datetime import date

from kini.documents.public import InvalidDataSignature, signer_of
from kini.services.models import Service
from kini.together.models import PublishedDay, SignedHead
from kini.together.programmes import giving


def statement_of(day: PublishedDay) -> str:
    """Text that is signed: day, number of the last row, and its head."""
    return f"Public ledger of help\nday {day.day}\nrow {day.last_number}\nhead {day.head}\n"


def signing_agency() -> str | None:
    """Agency whose key signs: that of the service of mutual help; None when the catalogue does not have it."""
    known = giving()
    service = Service.objects.filter(pk=known.service).first() if known else None
    return service.agency_id if service else None


def unsigned_days() -> list[PublishedDay]:
    """Published days without a signature, in order. A day before the first row has no head."""
    return list(PublishedDay.objects.filter(signed_head=None).exclude(head="").order_by("day"))


def find_signed(day: date) -> SignedHead | None:
    """Signature of a day; None while there is none."""
    return SignedHead.objects.select_related("day").filter(day=day).first()


def differences() -> Iterator[str]:
    """Yield a sentence for each day whose signed text is not what is published, or whose signature is not of it."""
    for each in SignedHead.objects.select_related("day").order_by("day"):
        if each.statement != statement_of(each.day):
            yield f"the signed head of {each.day_id} is not the published one"
        try:
            signer_of(each.statement.encode(), bytes(each.signature))
        except InvalidDataSignature as error:
            yield f"the signature of {each.day_id} is invalid: {error}"
