"""URLs of the allauth pages in use: code, second factor, passkeys. There are no passwords and no registration.

The URL names are those that allauth redirects to.
"""

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse_lazy
from django.views.generic import RedirectView

from kini.people import passkey_forms, recent_authentication, sign_in
from kini.people.allauth_internals import record_authentication


class RecordSecondStep:
    """Record a new factor as an authentication, so that the recovery codes that follow need no reauthentication."""

    request: HttpRequest
    added: Authenticator.Type

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        record_authentication(self.request, self.request.user, "mfa", type=self.added, reauthenticated=True)
        return response


class RecordTotp(RecordSecondStep):
    added = Authenticator.Type.TOTP


class RecordPasskey(RecordSecondStep):
    added = Authenticator.Type.WEBAUTHN


class GroupedTotpKey:
    """Show the key for an authenticator app in groups of four characters."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        secret: str = context["form"].secret
        return context | {"key": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))}


def form_page(view: Any, *more: type, **attributes: Any) -> Any:
    """Build an allauth form view inside Kini's page frame, with an error summary."""
    page: Any = type(view.__name__, (sign_in.FramedPage, *more, view), {})
    return page.as_view(**attributes)


to_sign_in = RedirectView.as_view(url=reverse_lazy("people:sign-in"), query_string=True)
second_step_page = form_page(second_step.AuthenticateView, webauthn_form_class=passkey_forms.SecondStepForm)
app_on = recent_authentication.required(form_page(totp.ActivateTOTPView, RecordTotp, GroupedTotpKey))
app_off = recent_authentication.required(totp.deactivate_totp)
recovery_new = recent_authentication.required(recovery.generate_recovery_codes)
add_passkey = recent_authentication.required(
    form_page(webauthn.AddWebAuthnView, RecordPasskey, form_class=passkey_forms.AddPasskeyForm)
)
edit_passkey = recent_authentication.required(form_page(webauthn.EditWebAuthnView))
remove_passkey = recent_authentication.required(webauthn.remove_webauthn)
passkey_again = webauthn.ReauthenticateWebAuthnView.as_view(form_class=passkey_forms.ReauthenticationForm)
passkey_sign_in = webauthn.LoginWebAuthnView.as_view(form_class=passkey_forms.SignInForm)

urlpatterns: list[URLPattern] = [
    path("login/", to_sign_in, name="account_login"),
    path("login/code/", to_sign_in, name="account_request_login_code"),
    path("code/", sign_in.code_page, name="account_confirm_login_code"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("again/", sign_in.sign_in_again, name="account_reauthenticate"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("security/", second_step.index, name="mfa_index"),
    path("second-step/", second_step_page, name="mfa_authenticate"),
    path("security/again/", form_page(second_step.ReauthenticateView), name="mfa_reauthenticate"),
    path("security/app/on/", app_on, name="mfa_activate_totp"),
    path("security/app/off/", app_off, name="mfa_deactivate_totp"),
    path("security/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/recovery/new/", recovery_new, name="mfa_generate_recovery_codes"),
    path("security/recovery/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("security/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("security/passkeys/add/", add_passkey, name="mfa_add_webauthn"),
    path("security/passkeys/again/", passkey_again, name="mfa_reauthenticate_webauthn"),
    path("security/passkeys/sign-in/", passkey_sign_in, name="mfa_login_webauthn"),
    path("security/passkeys/<int:pk>/", edit_passkey, name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove/", remove_passkey, name="mfa_remove_webauthn"),
]
