"""Context processor `layout`: navigation, languages and common URLs. Each part is computed on first use."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.utils.translation import get_language

from kini.core.crypto import permanent_hash
from kini.web import navigation
from kini.web.current_city import current_city
from kini.web.environment import WebEnvironment
from kini.web.navigation import NavGroup, NavLink
from kini.web.pages import theme_version


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """Language of the city, with its native name."""

    code: str
    name: str
    current: bool


class Layout:
    """Navigation, languages and URLs for the page of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def main(self) -> list[NavLink]:
        return navigation.links(self._request, "main")

    @cached_property
    def bottom(self) -> list[NavLink]:
        return navigation.links(self._request, "bottom")

    @cached_property
    def desk(self) -> tuple[NavGroup, ...]:
        return navigation.grouped(navigation.links(self._request, "desk"))

    @cached_property
    def account(self) -> list[NavLink]:
        return navigation.links(self._request, "account")

    @cached_property
    def help(self) -> list[NavLink]:
        return navigation.links(self._request, "help")

    @cached_property
    def search(self) -> NavLink | None:
        return next(iter(navigation.links(self._request, "search")), None)

    @cached_property
    def languages(self) -> list[LanguageChoice]:
        now = get_language()
        return [LanguageChoice(code, language_name(code), code == now) for code in current_city().languages]

    @cached_property
    def here(self) -> str:
        """URL to return to after switching the language."""
        return self._request.get_full_path()

    @property
    def path(self) -> str:
        """Path of this page without its query."""
        return self._request.path

    @cached_property
    def person(self) -> str:
        return person_token(self._request)

    @property
    def worker(self) -> str:
        """URL of the service worker; empty when it is switched off."""
        return navigation.cached_reverse("web:worker") if WebEnvironment.current().service_worker else ""

    @property
    def sign_in(self) -> str:
        return self.sign_in_address()

    @staticmethod
    def sign_in_address() -> str:
        return navigation.cached_reverse(settings.LOGIN_URL)

    @property
    def sign_out(self) -> str:
        return self.sign_out_address()

    @staticmethod
    def sign_out_address() -> str:
        return navigation.cached_reverse(settings.LOGOUT_URL)

    @cached_property
    def live(self) -> str:
        """URL of the liveness check."""
        return navigation.cached_reverse("core:live")

    @cached_property
    def outbox(self) -> str:
        """URL of the demo outbox; empty in production."""
        return navigation.cached_reverse("core:outbox") if settings.ENV.outbox else ""

    @cached_property
    def theme(self) -> str:
        return f"{navigation.cached_reverse('web:theme')}?{theme_version()}"


def person_token(request: HttpRequest) -> str:
    """Opaque token by which the service worker recognises the same person; empty for a guest."""
    user = getattr(request, "user", None)
    return permanent_hash(str(user.pk), "web.person").hex()[:16] if user and user.is_authenticated else ""


def language_name(code: str) -> str:
    """Native name of a language; its code when unknown."""
    name = LANG_INFO.get(code, {}).get("name_local", code)
    return str(name[:1].upper() + name[1:])


def layout_context(request: HttpRequest) -> dict[str, Layout]:
    """Context processor."""
    return {"layout": Layout(request)}
