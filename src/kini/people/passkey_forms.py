"""Passkey forms that treat malformed input as a validation error.

The JSON from the browser is untrusted, and the library that parses it raises assorted exceptions.
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
    return ValidationError(_("The passkey could not be read. Try again."))


class CredentialField(forms.JSONField):
    """The browser's credential, as JSON."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:  # deeply nested JSON
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


class CheckedCredential:
    """Mixin that turns a malformed credential into a validation error, and logs every refused one."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except MALFORMED:
            security_log.report("second-step-refused")
            raise _refusal() from None
        except ValidationError:
            security_log.report("second-step-refused")
            raise


class SecondStepForm(CheckedCredential, passkeys.AuthenticateWebAuthnForm):
    """Passkey as second factor."""

    credential = CredentialField()


class SignInForm(CheckedCredential, passkeys.LoginWebAuthnForm):
    """Passkey for sign-in."""

    credential = CredentialField()


class ReauthenticationForm(CheckedCredential, passkeys.ReauthenticateWebAuthnForm):
    """Passkey for reauthentication."""

    credential = CredentialField()
