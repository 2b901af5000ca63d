"""Changing the phone number or e-mail address of an account: a code shows that the new one is one's own."""

import secrets
import time

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.city import pack
from kini.core.actors import Refused
from kini.core.client_address import client_network
from kini.core.limits import TooMany
from kini.people import actions, codes, queries
from kini.people.contacts import Contact, ContactFault, read_email, read_phone
from kini.people.models import User

#: Where the session keeps the change that waits for its code.
WAITING = "contact_change"
LONGEST = 254


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for the new number or address, and send a code to it."""
    raise_if_reauthentication_required(request, app="allauth.mfa")
    typed = request.POST.get("contact", "").replace("\0", "")[:LONGEST]
    problem, status = "", 200
    if request.method == "POST":
        try:
            contact = read_email(typed) if kind == "email" else read_phone(typed, pack.current().country)
            _send(request, contact)
        except ContactFault as fault:
            problem, status = str(fault), 422
        except TooMany as refusal:
            problem, status = str(refusal), 429
        else:
            return redirect("people:confirm-contact")
    context = {"kind": kind, "typed": typed, "problem": problem, "errors": [("contact", problem)] if problem else []}
    return render(request, "people/change_contact.html", context, status=status)


def _send(request: HttpRequest, contact: Contact) -> None:
    codes.count_sending(contact, client_network(request))
    code = codes.new_code()
    request.session[WAITING] = {"kind": contact.kind, "value": contact.value, "code": code, "at": time.time()}
    codes.send_code(contact, code, request.get_host())


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the code; with the right one the account changes, and the old number or address is told."""
    user, waiting = request.user, request.session.get(WAITING)
    if not isinstance(user, User):
        raise Http404
    if not waiting or time.time() - waiting["at"] > codes.VALID_SECONDS:
        messages.warning(request, _("The code is no longer valid. Ask for a new one."))
        return redirect("people:profile")
    contact = Contact(waiting["kind"], waiting["value"])
    problem, status = "", 200
    if request.method == "POST":
        try:
            codes.count_try(contact)
            if _is_right(request.POST.get("code", ""), waiting["code"]):
                return _change(request, user, contact)
            problem, status = _("This code is not right. Compare it with the newest message."), 422
        except TooMany as refusal:
            del request.session[WAITING]
            messages.error(request, str(refusal))
            return redirect("people:profile")
        except Refused as refusal:
            problem, status = str(refusal), 422
    context = {"contact": contact, "problem": problem, "errors": [("code", problem)] if problem else []}
    return render(request, "people/confirm_contact.html", context, status=status)


def _is_right(typed: str, code: str) -> bool:
    digits = "".join(typed.split()).replace("-", "")
    return secrets.compare_digest(digits.encode("utf-8", "replace"), code.encode())


def _change(request: HttpRequest, user: User, contact: Contact) -> HttpResponse:
    before = user.phone if contact.kind == "phone" else user.email
    actions.change_contact(by=queries.actor_for(request), user=user, contact=contact)
    del request.session[WAITING]
    codes.forget_tries(contact)
    if before and before != contact.value:
        codes.send_contact_changed(Contact(contact.kind, before), contact)
    messages.success(
        request, _("From now on you are reached, and sign in, with {contact}.").format(contact=contact.shown)
    )
    return redirect("people:profile")
