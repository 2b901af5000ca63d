"""allauth's questions, answered for Kini: where a phone number stands, how a code is sent, what is said."""

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
from kini.people import actions, codes, known_devices, queries
from kini.people.contacts import Contact
from kini.people.devices import device_of
from kini.people.models import User

#: What is said after a deed, by the name under which allauth knows it; everything else is plain from the page.
SAID = {
    "mfa/messages/totp_activated.txt": _("Your authenticator app now protects your account."),
    "mfa/messages/totp_deactivated.txt": _("Your authenticator app is no longer needed to sign in."),
    "mfa/messages/webauthn_added.txt": _("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
    "mfa/messages/recovery_codes_generated.txt": _("Your recovery codes are ready. Only these work from now on."),
    "account/messages/logged_out.txt": _("You are signed out."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts without passwords: a code to a phone number or an e-mail address, or a passkey."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Compare it with the newest message."),
        "too_many_login_attempts": _("That was too often. Wait a few minutes, then try again."),
        "rate_limited": _("That was too often. Wait a few minutes, then try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Address by which allauth's own limits count."""
        return client_address(request)

    def get_login_stages(self) -> list[str]:
        """A number or address is proved by the sign-in itself, so that only the code and a second step are left."""
        return ["allauth.account.stages.LoginByCodeStage", "allauth.mfa.stages.AuthenticateStage"]

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be sent there: pages of this city only."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def generate_login_code(self) -> str:
        return codes.new_code(codes.digits_of(context.request))

    def generate_phone_verification_code(self, *, user: User, phone: str) -> str:
        return codes.new_code(codes.digits_of(context.request))

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        codes.send_code(Contact("phone", phone), code, context.request.get_host())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The one letter that these accounts need: the code."""
        codes.send_code(Contact("email", email), context["code"], context["request"].get_host())

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Send allauth's notification (a second step was added or removed) to all contacts of the account."""
        event = template_prefix.rpartition("/")[2]
        actions.note_second_step(by=_oneself(user), user=user, event=event)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Only a number that was shown to be one's own is kept."""
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
        said = message or SAID.get(message_template or "")
        if said:
            super().add_message(request, level, extra_tags=extra_tags, message=str(said))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """After the first sign-in one says who one is, then goes on to where one was going."""
        resident = actions.note_sign_in(by=_oneself(user), user=user, language=get_language() or "")
        device, name = known_devices.ensure_cookie(request), device_of(request.headers.get("User-Agent", ""))
        actions.remember_device(by=_oneself(user), user=user, device_hash=device, name=name)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if resident.name or hasattr(user, "officer"):
            return response
        return HttpResponseRedirect(f"{reverse('people:profile')}?{urlencode({'next': response['Location']})}")


def _oneself(user: User) -> Actor:
    return Actor(ActorKind.RESIDENT, user.pk)
