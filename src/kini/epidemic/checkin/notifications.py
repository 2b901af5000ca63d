"""Message with an upload code, to a person with a positive result."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.checkin.models import UploadCode
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient
from kini.people.models import Person

UPLOAD_CODE = MessageType(
    "upload-code",
    _("When somebody can warn visitors of the places where they were"),
    {"code": "7F3K-9Q2M-V0XA-4TBE-8HJ5", "address": "https://kini.example/check-in/warn/"},
    _("You can warn others without your name"),
    _("You can warn people who were at the same places as you, without your name. Your code: {code}. Open {address}"),
)


def is_reachable(person: Person) -> bool:
    """Return whether a message reaches the person."""
    return _recipient(person).is_reachable


def send_code(test: LabTest, code: str) -> None:
    """Send the code. Idempotent for each code, as a second one ends the first."""
    stored = UploadCode.objects.only("code_hash").get(test=test)
    messages.notify(
        by=system("check-in"),
        to=_recipient(test.person),
        message_type=UPLOAD_CODE.id,
        key=f"upload-code:{test.pk}:{bytes(stored.code_hash).hex()[:16]}",
        words={"code": code, "address": f"{settings.ENV.address}{reverse('epidemic:warn')}#{code}"},
        link=reverse("epidemic:warn"),
        urgent=True,
    )


def _recipient(person: Person) -> Recipient:
    resident = getattr(person, "resident", None)
    return Recipient(resident.user if resident else None, resident)
