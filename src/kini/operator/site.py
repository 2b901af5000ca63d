"""The operator's pages: who may come in, and where the door is."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from kini.people import queries, second_step

type Address = URLPattern | URLResolver
type Page = Callable[..., HttpResponseBase]

#: Signing in and out is people's; nothing is completed in a form, and nothing of it stands on a page of the city.
UNUSED = {"login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site"}


class OperatorSite(AdminSite):
    """Django's admin for operators who took their second step in this session."""

    site_title = site_header = index_title = _("Operator")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return queries.is_operator(request.user.pk) and second_step.used(request)

    def get_urls(self) -> list[Any]:
        found = [each for each in super().get_urls() if getattr(each, "name", None) not in UNUSED]
        self._guard(found)
        return found

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Nothing is written to Django's own log: what operators do stands in the audit trail."""
        return super().get_log_entries(request).none()

    def guarded(self, page: Page) -> Page:
        """The page for operators, the way to the second step, or nothing at all.

        It stands before the check of a form's token, whose refusal would tell a stranger that there is something; the
        admin checks the token itself.
        """

        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not queries.is_operator(request.user.pk):
                raise Http404
            if not second_step.used(request):
                return second_step.ask(request)
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


def mounted(where: str) -> list[Address]:
    """The addresses of the pages below `where`; none when it is empty."""
    if not where:
        return []
    door = site.guarded(RedirectView.as_view(url=f"/{where}/"))
    return [path(where, door, name="operator"), path(f"{where}/", site.urls)]
