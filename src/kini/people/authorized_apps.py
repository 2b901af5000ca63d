"""OAuth clients of a person: the authorization page, and the pages that list and revoke authorizations."""

from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client, Token
from allauth.idp.oidc.views import AuthorizationView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kini.people import actions, queries
from kini.people.models import User
from kini.people.sign_in import FramedPage
from kini.web.redirects import allow_form_action


@method_decorator(never_cache, name="dispatch")
@method_decorator(csrf_exempt, name="dispatch")  # allauth checks CSRF on the person's form itself
class AuthorizationPage(FramedPage, AuthorizationView):
    """Authorization page: requested scopes are ticked, and each can be unticked."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        requested: list[tuple[str, str]] = context["form"].fields["scopes"].choices
        ticked = self.request.POST.getlist("scopes") if self.request.method == "POST" else None
        choices = [(name, words, ticked is None or name in ticked) for name, words in requested]
        return context | {"choices": choices, "host": urlsplit(self._request_info["redirect_uri"]).netloc}

    def form_valid(self, form: Any) -> HttpResponse:
        """Record the consent before the authorization code is issued."""
        client = get_object_or_404(Client, pk=self._request_info["client_id"])
        user, granted = _user(self.request), form.cleaned_data["scopes"]
        by = queries.actor_for(self.request)
        actions.authorize_client(by=by, user=user, client=client, asked=self._scopes, granted=granted)
        return super().form_valid(form)

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        """Allow form submission to redirect to the client's origin (CSP `form-action`), and to no other."""
        response = super().render_to_response(context, **options)
        back = urlsplit(self._request_info["redirect_uri"])
        origin = f"{back.scheme}://{back.netloc}" if back.scheme in ("http", "https") else f"{back.scheme}:"
        allow_form_action(response, origin)
        return response


authorize = AuthorizationPage.as_view()


@login_required
@never_cache
@require_safe
def list_apps(request: HttpRequest) -> HttpResponse:
    """List the clients that the visitor authorized, with their scopes."""
    return render(request, "people/programs.html", {"programs": queries.authorized_apps_of(_user(request))})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, client: str) -> HttpResponseBase:
    """Revoke a client's authorization after confirmation."""
    user = _user(request)
    tokens, consents = Token.objects.filter(user=user), user.program_consents.filter(stopped_at=None)
    theirs = Q(pk__in=tokens.values("client")) | Q(pk__in=consents.values("client"))
    oauth_client = get_object_or_404(Client.objects.filter(theirs), pk=client)
    if request.method != "POST":
        return render(request, "people/stop_program.html", {"program": oauth_client})
    actions.revoke_client(by=queries.actor_for(request), user=user, client=oauth_client)
    messages.success(request, _("{name} can no longer do anything in your name.").format(name=oauth_client.name))
    return redirect("people:programs")


def not_offered(request: HttpRequest) -> HttpResponse:
    """404 for parts of the protocol that are not offered."""
    raise Http404


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
