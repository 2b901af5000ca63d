"""Guards of residents' pages: own drafts and cases only; guests open theirs by a secret key."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kini.cases import access, queries, read_log, rules
from kini.cases.actions import DraftExpired
from kini.cases.models import Attachment, Case, Draft
from kini.city.public import pack
from kini.core import attempt_limits, references
from kini.core.client_address import client_network
from kini.core.localized_text import speaking_of
from kini.people.queries import SAFE_METHODS, actor_for
from kini.web.redirects import RedirectTo

#: Session key of a guest's case keys, by reference, the latest last.
KEYS = "case_keys"
MAX_KEYS = 30
#: Limit on look-ups of cases by reference or key from one network.
LOOKUP_LIMIT = attempt_limits.Limit("cases.track", count=40, seconds=3600)


class AlreadySubmitted(Exception):
    """The draft was already submitted."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


class QuestionSkipped(RedirectTo):
    """The page is not applicable now; continue at `url`."""


def guest_keys(request: HttpRequest) -> dict[str, str]:
    """Secret keys in this browser's session, by reference."""
    return dict(request.session.get(KEYS) or {})


def guest_key(request: HttpRequest, reference: str) -> str:
    return guest_keys(request).get(reference, "")


def remember_guest_key(request: HttpRequest, case: Case) -> None:
    """Remember a guest's key in this browser's session."""
    if case.guest_key:
        keys = guest_keys(request) | {case.reference: case.guest_key}
        request.session[KEYS] = dict(list(keys.items())[-MAX_KEYS:])


def secret_link(request: HttpRequest, case: Case) -> str:
    """URL that opens a guest's case on any device; empty for cases of an account."""
    if not case.guest_key:
        return ""
    return request.build_absolute_uri(f"{reverse('cases:case', args=[case.reference])}?key={case.guest_key}")


def limit_lookups(request: HttpRequest) -> None:
    """Count an attempt to find a case.

    Raises:
        TooManyAttempts: when it is one too many.
    """
    attempt_limits.consume(LOOKUP_LIMIT, client_network(request))


def case_for_visitor(request: HttpRequest, reference: str) -> Case:
    """Return the visitor's own case, or one that they may see as an officer.

    Raises:
        Case.DoesNotExist: when it is neither.
    """
    read = references.parse(pack.current().reference_prefix, reference)
    if read is None:
        raise Case.DoesNotExist
    actor, key = actor_for(request), guest_key(request, read)
    case = queries.case_for(actor, read, key)
    read_log.log_case_unless_own(actor, case, key)
    return case


def own_case_for_visitor(request: HttpRequest, reference: str) -> Case:
    """Return the case if the visitor is its resident or helps them at a counter.

    Raises:
        Case.DoesNotExist: when it is somebody else's.
    """
    case = case_for_visitor(request, reference)
    if rules.RESIDENT not in access.case_roles(actor_for(request), case, guest_key(request, case.reference)):
        raise Case.DoesNotExist
    return case


def owner_only[**P](view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Restrict a view to the owner: never cached, 404 for objects of others.

    The view may let the texts speak of somebody else (`speak_of`); that ends with it.

    Anonymous visitors are sent to sign-in, whether the object exists or not. Submitted drafts redirect to their case,
    inapplicable questions to the next page; expired drafts get a page of their own.
    """

    @wraps(view)
    def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request: Any = args[0]
        try:
            with speaking_of(""):
                return view(*args, **kwargs)
        except (Case.DoesNotExist, Draft.DoesNotExist, Attachment.DoesNotExist):
            return _not_theirs(request)
        except AlreadySubmitted as sent:
            messages.info(request, _("This has already been sent. Here is its status."))
            return redirect("cases:case", reference=sent.case.reference)
        except RedirectTo as elsewhere:
            return redirect(elsewhere.url)
        except DraftExpired as expired:
            return _expired(request, expired)

    return never_cache(inside)


def _not_theirs(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(request.get_full_path() if request.method in SAFE_METHODS else reverse("cases:mine"))


def _expired(request: HttpRequest, expired: DraftExpired) -> HttpResponse:
    match = request.resolver_match
    pk = match.kwargs["draft"] if match else ""
    service = Draft.objects.filter(pk=pk).values_list("version__service_id", flat=True).first()
    context = {"text": str(expired), "service": service or ""}
    return render(request, "cases/expired.html", context, status=410)
