"""Forms through which a browser hands over a passkey, made sturdy.

What arrives is JSON with bytes in it that anybody can send. The library that reads it stops at whatever it stumbles
over; here every such stumble is a refusal.
"""

import struct
from typing import Any

from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kini.core import security_log

MALFORMED = (LookupError, TypeError, ValueError, AttributeError, struct.error)


def _refusal() -> ValidationError:
    return ValidationError(_("The passkey could not be read. Try once more."))


class CredentialField(forms.JSONField):
    """The browser's answer, as JSON."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:  # brackets in brackets in brackets
            raise _refusal() from None


class AddPasskeyForm(passkeys.AddWebAuthnForm):
    """A new passkey."""

    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except MALFORMED:
            raise _refusal() from None
        return cleaned


class Sturdy:
    """Reads a passkey that proves who one is."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED:
            security_log.report("second-step-refused")
            raise _refusal() from None
        except ValidationError:
            security_log.report("second-step-refused")
            raise


class SecondStepForm(Sturdy, passkeys.AuthenticateWebAuthnForm):
    """A passkey after the code."""

    credential = CredentialField()


class SignInForm(Sturdy, passkeys.LoginWebAuthnForm):
    """A passkey instead of a code."""

    credential = CredentialField()


class AgainForm(Sturdy, passkeys.ReauthenticateWebAuthnForm):
    """A passkey before something grave."""

    credential = CredentialField()
