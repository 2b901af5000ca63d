"""Guards of officers' pages, for the desk of every room."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kini.core.actors import NotAllowed
from kini.people.permissions import Permission
from kini.people.queries import SAFE_METHODS, actor_for
from kini.people.rules import may_somewhere
from kini.web.redirects import RedirectTo


def has_permission(permission: Permission) -> Callable[[HttpRequest], bool]:
    """Predicate on requests: the visitor has the permission in at least one scope."""
    return lambda request: request.user.is_authenticated and may_somewhere(actor_for(request), permission)


def officers_only[**P](
    permission: Permission,
) -> Callable[[Callable[P, HttpResponseBase]], Callable[P, HttpResponseBase]]:
    """Restrict a view to officers with the permission in at least one scope; never cached.

    Anonymous visitors are sent to sign-in. `RedirectTo` raised by the view is answered with a redirect.
    """

    def decorate(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request: Any = args[0]
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path() if request.method in SAFE_METHODS else "/desk/")
            actor = actor_for(request)
            if not may_somewhere(actor, permission):
                raise NotAllowed(
                    _("Your role does not include this. Ask the person who manages roles at your agency.")
                    if actor.grants
                    else _("The desk is for officers with a role. Ask the person who manages roles at your agency.")
                )
            try:
                return view(*args, **kwargs)
            except RedirectTo as elsewhere:
                return redirect(elsewhere.url)

        return never_cache(guarded)

    return decorate
