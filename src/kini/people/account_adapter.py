"""Account adapter of allauth: phone numbers, sending of codes, messages."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor, ActorKind
from kini.core.client_address import client_address
from kini.people import actions, known_devices, queries, verification_codes
from kini.people.contacts import Contact
from kini.people.known_devices import device_name
from kini.people.models import User
from kini.web.navigation import first_url

#: Messages after an action, by allauth's template name; other messages are dropped, as the page shows the result.
MESSAGE_TEXTS = {
    "mfa/messages/totp_activated.txt": _("Your authenticator app now protects your account."),
    "mfa/messages/totp_deactivated.txt": _("Your authenticator app is no longer needed to sign in."),
    "mfa/messages/webauthn_added.txt": _("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
    "mfa/messages/recovery_codes_generated.txt": _("Your recovery codes are ready. Only these work from now on."),
    "account/messages/logged_out.txt": _("You are signed out."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts without passwords: sign-in by a code to a phone number or e-mail address, or by passkey."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Compare it with the newest message."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Client address for allauth's own rate limits."""
        return client_address(request)

    def get_login_stages(self) -> list[str]:
        """Code and second factor only: signing in by code already verifies the number or address."""
        return ["allauth.account.stages.LoginByCodeStage", "allauth.mfa.stages.AuthenticateStage"]

    def is_safe_url(self, url: str) -> bool:
        """Allow redirects to pages of this host only; without a slash Django would look for a view of that name."""
        request = context.request
        return "/" in url and url_has_allowed_host_and_scheme(
            url, {request.get_host()}, require_https=request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Target of a sign-in that no page asked for: officers' desk, everybody else's home."""
        return first_url(request, "desk") or str(super().get_login_redirect_url(request))

    def generate_login_code(self) -> str:
        return verification_codes.generate_code(verification_codes.prepared_digits(context.request))

    def generate_phone_verification_code(self, *, user: User, phone: str) -> str:
        return verification_codes.generate_code(verification_codes.prepared_digits(context.request))

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        verification_codes.send_code(Contact("phone", phone), code, context.request.get_host())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the code, the only e-mail that allauth sends for these accounts."""
        verification_codes.send_code(Contact("email", email), context["code"], context["request"].get_host())

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Send allauth's notification (second factor added or removed) to all contacts of the account."""
        event = template_prefix.rpartition("/")[2]
        actions.record_mfa_change(by=_oneself(user), user=user, event=event)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Store a verified number; ignore any other."""
        if verified:
            actions.change_contact(by=_oneself(user), user=user, contact=Contact("phone", phone))

    def set_phone_verified(self, user: User, phone: str) -> None:
        actions.confirm_phone(by=_oneself(user), user=user, phone=phone)

    def get_user_by_phone(self, phone: str) -> User | None:
        return queries.user_by_contact(Contact("phone", phone))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or MESSAGE_TEXTS.get(message_template or "")
        if text:
            super().add_message(request, level, extra_tags=extra_tags, message=str(text))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Redirect to the profile after the first sign-in, then to the original target."""
        resident = actions.record_sign_in(by=_oneself(user), user=user, language=get_language() or "")
        device, name = known_devices.ensure_device_cookie(request), device_name(request.headers.get("User-Agent", ""))
        actions.remember_device(by=_oneself(user), user=user, device_hash=device, name=name)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if resident.name or hasattr(user, "officer"):
            return response
        return HttpResponseRedirect(f"{reverse('people:profile')}?{urlencode({'next': response['Location']})}")


def _oneself(user: User) -> Actor:
    return Actor(ActorKind.RESIDENT, user.pk)
