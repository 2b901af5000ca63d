"""Admin site of operators: access control and URLs."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import health
from kini.exchange.models import OutboxEntry
from kini.people import queries
from kini.people.public import demo_accounts, mfa

type Address = URLPattern | URLResolver
type Page = Callable[..., HttpResponseBase]

#: Views of the admin that are not used: sign-in belongs to people, and there are no forms or public pages.
UNUSED = {"login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site"}


def _passed_step(request: HttpRequest) -> bool:
    """Return True if this session has a second factor, or is a one-click session of a demo on loopback."""
    return mfa.has_step(request) or demo_accounts.is_demo_session(request)


class OperatorSite(AdminSite):
    """Django's admin for operators who passed the second step in this session."""

    site_title = site_header = index_title = _("Operator")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return queries.is_operator(request.user.pk) and _passed_step(request)

    def get_urls(self) -> list[Any]:
        urls = [each for each in super().get_urls() if getattr(each, "name", None) not in UNUSED]
        self._guard(urls)
        return urls

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """First page: checks that find a problem, and what waits for an operator, before the tables."""
        found = health.problems()
        context = {
            "checks": sum(not problem for problem in found.values()),
            "problems": {name: problem for name, problem in found.items() if problem},
            "failed_jobs": ProcrastinateJob.objects.filter(status="failed").count(),
            "dead_deliveries": OutboxEntry.objects.filter(state="dead").count(),
        }
        return super().index(request, context | (extra_context or {}))

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Empty: actions of operators are in the audit trail, not in Django's log."""
        return super().get_log_entries(request).none()

    def guarded(self, page: Page) -> Page:
        """Wrap a page for operators: others get 404, operators without second step are redirected to it.

        Runs before the CSRF check, whose failure would disclose the page; the admin checks the token itself.
        """

        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not queries.is_operator(request.user.pk):
                raise Http404
            if not _passed_step(request):
                return mfa.redirect_to_step(request)
            return page(request, *args, **kwargs)

        guarded.csrf_exempt = True  # type: ignore[attr-defined]
        return guarded

    def _guard(self, addresses: Iterable[Address]) -> None:
        for each in addresses:
            if isinstance(each, URLResolver):
                self._guard(each.url_patterns)
            else:
                each.callback = self.guarded(each.callback)


site = OperatorSite(name="admin")


def operator_urls(where: str) -> list[Address]:
    """URL patterns below the path `where`; none if it is empty."""
    if not where:
        return []
    door = site.guarded(RedirectView.as_view(url=f"/{where}/"))
    return [path(where, door, name="operator"), path(f"{where}/", site.urls)]
