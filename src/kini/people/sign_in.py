"""Sign-in pages: one field for a phone number or an e-mail address, then a code. No password, no registration."""

from itertools import groupby
from typing import Any

from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url, perform_login
from allauth.account.views import ConfirmLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.city.public import pack
from kini.core import security_log
from kini.core.attempt_limits import TooManyAttempts
from kini.people import actions, code_limits, demo_accounts, known_devices, mfa, queries, verification_codes
from kini.people.allauth_internals import LoginCodeVerificationProcess, clear_login, logout, record_authentication
from kini.people.code_limits import GuessesExhausted
from kini.people.contacts import Contact, ContactError, parse_contact
from kini.people.directory_config import configured_directory
from kini.people.forms import CodeForm, error_summary
from kini.web.home import render_sections

CONTACT_INPUT = "contact"


def next_url(request: HttpRequest) -> str:
    """Return the visitor's target URL if it is a page of this host, else ""."""
    return get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a phone number or e-mail address, and send a code to it; same response for known and unknown ones."""
    if request.user.is_authenticated:
        return redirect(next_url(request) or settings.LOGIN_REDIRECT_URL)
    typed = request.POST.get(CONTACT_INPUT, "")
    if request.method != "POST":
        return _ask(request, typed)
    try:
        contact = parse_contact(typed, pack.current().country)
        verification_codes.prepare_code(request, contact)
    except ContactError as fault:
        return _ask(request, typed, str(fault), 422)
    except TooManyAttempts as refusal:
        return _ask(request, typed, str(refusal), 429)
    user = actions.open_account(by=queries.actor_for(request), contact=contact)
    LoginCodeVerificationProcess.initiate(request=request, user=user, **{contact.kind: contact.value})
    return redirect(passthrough_next_redirect_url(request, reverse("account_confirm_login_code"), REDIRECT_FIELD_NAME))


def _ask(request: HttpRequest, typed: str, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "typed": typed.replace("\0", ""),
        "problem": problem,
        "errors": [(CONTACT_INPUT, problem)] if problem else [],
        "next": next_url(request),
        "demo": settings.ENV.demo,
        "directory": configured_directory(),
    }
    return render(request, "people/sign_in.html", context, status=status)


class FramedPage:
    """Mixin for allauth's pages: error summary on top, and no `site` variable, which would hide Kini's."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context.pop("site", None)
        forms = [form for form in (context.get("form"), context.get("webauthn_form")) if form is not None]
        return context | {"errors": [problem for form in forms for problem in error_summary(form)]}

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        options.setdefault("status", 422 if context["errors"] else 200)
        response: HttpResponse = super().render_to_response(context, **options)  # type: ignore[misc]
        return response


class CodePage(FramedPage, ConfirmLoginCodeView):
    """Ask for the code. Guesses are counted per contact, not only per session and code."""

    template_name = "people/code.html"

    def get_form_class(self) -> type[Any]:
        return super().get_form_class() if self._action == "resend" else CodeForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        state = self._process.state
        self.contact = Contact("phone", state["phone"]) if state.get("phone") else Contact("email", state["email"])
        try:
            if self._action == "resend":
                verification_codes.prepare_code(request, self.contact)
            else:
                self._count_guess(request)
        except (GuessesExhausted, TooManyAttempts, ContactError) as refusal:
            return self._refuse(request, str(refusal))
        return super().post(request, *args, **kwargs)

    def _count_guess(self, request: HttpRequest) -> None:
        """Count a typed code by its length, which shows the type of code it could match."""
        self._asker = known_devices.code_requester(request, self.contact)
        self._digits = verification_codes.count_digits(request.POST.get("code", ""))
        code_limits.count_guess(self._asker, self._digits)

    def _refuse(self, request: HttpRequest, why: str) -> HttpResponse:
        if self._action != "resend":  # the code is exhausted
            clear_login(request)
        messages.error(request, why)
        name = "account_confirm_login_code" if self._action == "resend" else "people:sign-in"
        return redirect(passthrough_next_redirect_url(request, reverse(name), REDIRECT_FIELD_NAME))

    def form_valid(self, form: Any) -> HttpResponse:
        if self._action != "resend":
            code_limits.return_guess(self._asker, self._digits)
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        security_log.report("code-refused")
        if self._process.user:
            by = queries.actor_for(self.request)
            actions.record_failed_sign_in(by=by, user=self._process.user, step="code")
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        contact = Contact("phone", context["phone"]) if context["phone"] else Contact("email", context["email"])
        again = passthrough_next_redirect_url(self.request, reverse("people:sign-in"), REDIRECT_FIELD_NAME)
        return context | {"contact": contact, "next": next_url(self.request), "again": again}


code_page = CodePage.as_view()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session (POST only). Sign-ins through the directory continue to its sign-out."""
    through_directory = mfa.came_from_directory(request)
    logout(request)
    if through_directory:
        return redirect("people:directory-signed-out")
    return redirect(next_url(request) or settings.LOGIN_REDIRECT_URL)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_sign_in_page(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo account with one click. Available in demo mode only."""
    if not settings.ENV.demo:
        raise Http404
    people = demo_accounts.demo_people()
    if request.method != "POST":
        return render(request, "people/demo_sign_in.html", _demo_list(request, people))
    chosen = next((person for person in people if person.contact.value == request.POST.get("person")), None)
    user = queries.user_by_contact(chosen.contact) if chosen else None
    if user is None:
        raise Http404
    if request.user.is_authenticated:
        logout(request, show_message=False)
    record_authentication(request, user, demo_accounts.DEMO_METHOD)
    return perform_login(request, user, redirect_url=next_url(request) or None)


def _demo_list(request: HttpRequest, people: list[demo_accounts.DemoPerson]) -> dict[str, Any]:
    """People by task, those of a task together, then everybody; only those that match the words of a search."""
    words = request.GET.get("q", "").strip()[:120]
    matching = [person for person in people if person.matches(words)]
    tasks = [person for person in matching if person.task]
    groups = [(group, list(members)) for group, members in groupby(tasks, key=lambda each: str(each.group))]
    return {
        "groups": groups,
        "people": [person for person in matching if not person.task],
        "words": words,
        "next": next_url(request),
        "sections": render_sections(request, "demo"),
    }


@never_cache
@require_safe
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask to sign in again: the button ends the session, and signing in returns to the client.

    GET does not end the session, as any page could link to it.
    """
    address = f"{reverse('people:sign-in')}?{urlencode({REDIRECT_FIELD_NAME: next_url(request)})}"
    if not request.user.is_authenticated:
        return redirect(address)
    return render(request, "people/sign_in_again.html", {"sign_in": address})
