"""What is reachable of allauth: the code, second steps, passkeys. Passwords and registration do not exist here.

The names are those to which allauth itself sends people.
"""

from allauth.account import views
from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

from kini.people import sign_in

to_sign_in = RedirectView.as_view(url=reverse_lazy("people:sign-in"), query_string=True)

urlpatterns = [
    path("login/", to_sign_in, name="account_login"),
    path("login/code/", to_sign_in, name="account_request_login_code"),
    path("code/", sign_in.code_page, name="account_confirm_login_code"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("security/", include("allauth.mfa.urls")),
]
