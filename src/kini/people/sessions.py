"""Session engine: user, start and device of each session, idle and absolute timeouts, encrypted data.

A signed-in session ends after an idle time, and at the latest a fixed time after the sign-in; that of an officer or
operator sooner. It is bound to the device on which it began: the cookie is void in another browser.

Only the cookie has the key: the table has its SHA-256 (the key is random, so a plain hash cannot be reversed), and the
data, sign-in codes among it, is encrypted and bound to that row.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kini.core import crypto
from kini.core.database.compiled_queries import CompiledQuery
from kini.people import known_devices
from kini.people.actions.office_days import LONGEST_DAY
from kini.people.known_devices import device_name
from kini.people.models import Officer, Operator, Session, User


@dataclass(frozen=True, slots=True)
class SessionLifetime:
    """Timeouts of a session: without use, and absolute."""

    idle: timedelta
    longest: timedelta


RESIDENT_LIFETIME = SessionLifetime(timedelta(days=14), timedelta(days=60))
OFFICER_LIFETIME = SessionLifetime(timedelta(minutes=30), LONGEST_DAY)
#: The time of use is stored at most this often per idle time, so that most page views need no write.
TOUCHES_PER_IDLE_TIME = 10
BEGAN, SEEN, DEVICE, OFFICER = "began", "seen", "device", "officer"


def hash_session_key(key: str | None) -> str:
    """Return the primary key of a session's row."""
    return hashlib.sha256((key or "").encode()).hexdigest()


def encrypt_session(data: dict[str, Any], row: str) -> str:
    """Encrypt a session's data, bound to its row."""
    return base64.b64encode(crypto.encrypt_json(data, f"session:{row}")).decode()


def reencrypt_session(row: Session) -> None:
    """Re-encrypt a row's data if an older key encrypted it."""
    stored = base64.b64decode(row.session_data)
    if crypto.needs_rotation(stored):
        data = crypto.decrypt_json(stored, f"session:{row.pk}")
        Session.objects.filter(pk=row.pk).update(session_data=encrypt_session(data, row.pk))


class SessionStore(DatabaseStore):
    """Django's database store, with the timeouts above.

    Attributes:
        device: name of the requesting device (`device_name`); None for a session opened by the system itself.
        used: True if this use is to be stored.
    """

    device: str | None = None
    used = False

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        """Load the row of this key by a prepared statement, as every signed-in request needs it."""
        row = hash_session_key(self.session_key)
        for data, expires in _kept(key=row):
            if expires > timezone.now():
                return Session(session_key=row, session_data=data, expire_date=expires)
        self._session_key = None
        return None

    def exists(self, session_key: str) -> bool:
        return bool(Session.objects.filter(pk=hash_session_key(session_key)).exists())

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(pk=hash_session_key(key)).delete()

    def encode(self, session_dict: dict[str, Any]) -> str:
        return encrypt_session(session_dict, hash_session_key(self.session_key))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Decrypt a row's data; empty if it was tampered with or belongs to another row."""
        try:
            data = crypto.decrypt_json(base64.b64decode(session_data), f"session:{hash_session_key(self.session_key)}")
        except (crypto.DecryptionError, ValueError):
            return {}
        return dict(data)

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        if SESSION_KEY not in data:
            return data
        if self.device is not None and data.get(DEVICE, self.device) != self.device:
            self._session_key = None
            return {}
        self.used = _moment(data.get(SEEN)) + self.lasting(data).idle / TOUCHES_PER_IDLE_TIME < timezone.now()
        return data

    def lasting(self, data: dict[str, Any]) -> SessionLifetime:
        return OFFICER_LIFETIME if data.get(OFFICER) else RESIDENT_LIFETIME

    def begin(self, *, officer: bool) -> None:
        """Store the start, device and type of a session that has just signed in."""
        self.update({BEGAN: timezone.now().timestamp(), OFFICER: officer})
        if self.device is not None:
            self[DEVICE] = self.device
        self.note_use()

    def note_use(self) -> None:
        self.setdefault(BEGAN, timezone.now().timestamp())
        self[SEEN] = timezone.now().timestamp()

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Seconds until the session ends without further use."""
        data = self._get_session()  # type: ignore[attr-defined]
        if SESSION_KEY not in data:
            return int(super().get_expiry_age(**kwargs))
        lasting, began = self.lasting(data), data.get(BEGAN)
        left = (_moment(began) + lasting.longest - timezone.now()) if began else lasting.longest
        return int(min(lasting.idle, left).total_seconds())

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return timezone.now() + timedelta(seconds=self.get_expiry_age(**kwargs))

    def save(self, must_create: bool = False) -> None:
        """Save, re-raising OperationalError: Django reports an unreachable database as a deleted session."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        key = str(self._get_or_create_session_key())  # type: ignore[attr-defined]
        row = Session(
            session_key=hash_session_key(key), session_data=self.encode(data), expire_date=self.get_expiry_date()
        )
        if SESSION_KEY in data:
            row.user_id = int(data[SESSION_KEY])
            row.device = data.get(DEVICE, "")
            row.began_at = _moment(data.get(BEGAN))
            row.seen_at = _moment(data.get(SEEN))
        return row


@CompiledQuery
def _kept(key: str) -> QuerySet[Session, Any]:
    return Session.objects.filter(session_key=key).values_list("session_data", "expire_date")


def _moment(seconds: float | None) -> datetime:
    return datetime.fromtimestamp(seconds or 0.0, tz=timezone.get_default_timezone())


class LimitedSessionMiddleware(SessionMiddleware):
    """Django's middleware, which also sets the session's device and stores its use."""

    def process_request(self, request: HttpRequest) -> None:
        session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        session.device = device_name(request.headers.get("User-Agent", ""))
        request.session = session

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if isinstance(session, SessionStore) and session.used and not getattr(request, "unattended", False):
            session.note_use()
        known_devices.set_device_cookie(request, response)
        return super().process_response(request, response)


@receiver(user_logged_in, dispatch_uid="people.sessions")
def begin_session(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Start the signed-in session; Django has already rotated its key."""
    if isinstance(request.session, SessionStore):
        works = Officer.objects.filter(user=user, active=True).exists() or Operator.objects.filter(user=user).exists()
        request.session.begin(officer=works)
