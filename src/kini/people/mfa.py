"""Second factors (allauth.mfa): passkeys and authenticator apps, with encrypted secrets; the city's requirement."""

import base64
from typing import Any, Literal

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city.public import pack
from kini.core.crypto import decrypt, encrypt, needs_rotation
from kini.people import demo_accounts
from kini.people.directory_config import configured_directory
from kini.web import formats

CONTEXT = "second-step"
#: Keys of an authenticator's data that hold a secret.
SECRETS = ("secret", "seed")
#: Method name in allauth's records of a sign-in through the city's directory.
DIRECTORY_METHOD = "directory"

type Step = Literal["none", "any", "passkey"]
#: A passkey resists phishing; a code can be typed into a fake page.
STRENGTHS: dict[Step, int] = {"none": 0, "any": 1, "passkey": 2}


class MfaAdapter(DefaultMFAAdapter):
    """MFA adapter of allauth: encryption of secrets, names."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not right. Type the newest one."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt(text.encode(), CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(base64.b64decode(encrypted_text), CONTEXT).decode()

    def get_totp_issuer(self) -> str:
        """Name of the service in the authenticator app."""
        return f"Kini {pack.current().name}"

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey {number}").format(number=count + 1)


def required_step() -> Step:
    """Return the second factor that the city requires of officers today."""
    rules = pack.current().officers
    since = rules.second_step_from
    return rules.second_step if since is None or formats.today() >= since else "none"


def has_step(request: HttpRequest, step: Step = "any") -> bool:
    """Return True if this session has a second factor of that strength, from here or from the city's directory."""
    strength = STRENGTHS[step]
    return any(_strength(record) >= strength for record in get_authentication_records(request, request.user))


def _strength(record: dict[str, Any]) -> int:
    """Strength of one of allauth's authentication records: 0 for a code by message."""
    if record["method"] == "mfa":
        return STRENGTHS["passkey" if record.get("type") == Authenticator.Type.WEBAUTHN else "any"]
    return STRENGTHS[record.get("second_step", "none")]


def is_satisfied(request: HttpRequest) -> bool:
    """Return True if this session has every sign-in step that the city requires of officers today."""
    if demo_accounts.is_demo_session(request):
        return True
    configured = configured_directory()
    if configured and configured.required and not came_from_directory(request):
        return False
    demand = required_step()
    return demand == "none" or has_step(request, demand)


def came_from_directory(request: HttpRequest) -> bool:
    """Return True if this session began with a sign-in through the city's directory."""
    return any(record["method"] == DIRECTORY_METHOD for record in get_authentication_records(request, request.user))


def redirect_to_step(request: HttpRequest, step: Step = "any") -> HttpResponse:
    """Redirect to the second factor and back, or to its setup page if the user has none."""
    back = urlencode({REDIRECT_FIELD_NAME: request.path})
    if step == "passkey":
        if is_mfa_enabled(request.user, [Authenticator.Type.WEBAUTHN]):
            return redirect(f"{reverse('mfa_reauthenticate_webauthn')}?{back}")
        messages.info(request, _("Your city asks officers for a passkey. Add one first. Then open the page again."))
        return redirect("mfa_index")
    if is_mfa_enabled(request.user):
        return redirect(f"{reverse('mfa_reauthenticate')}?{back}")
    messages.info(request, _("Add a passkey or an app first. Then open the page again."))
    return redirect("mfa_index")


def reencrypt_secret(authenticator: Authenticator) -> bool:
    """Re-encrypt a secret that an older key encrypted. Return True if it was."""
    adapter = MfaAdapter()
    old = [
        key
        for key in SECRETS
        if key in authenticator.data and needs_rotation(base64.b64decode(authenticator.data[key]))
    ]
    for key in old:
        authenticator.data[key] = adapter.encrypt(adapter.decrypt(authenticator.data[key]))
    if old:
        authenticator.save(update_fields=["data"])
    return bool(old)
