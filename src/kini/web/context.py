"""What every page has at hand as `site`. Each part is worked out only when a template asks for it."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.utils.translation import get_language

from kini.core.crypto import permanent_hash
from kini.web import navigation
from kini.web.city import face
from kini.web.navigation import NavLink
from kini.web.pages import theme_version


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language of the city, under the name its speakers use."""

    code: str
    name: str
    current: bool


class Site:
    """The frame of a page for one request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def main(self) -> list[NavLink]:
        return navigation.links(self._request, "main")

    @cached_property
    def bottom(self) -> list[NavLink]:
        return navigation.links(self._request, "bottom")

    @cached_property
    def desk(self) -> list[NavLink]:
        return navigation.links(self._request, "desk")

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
        return [LanguageChoice(code, language_name(code), code == now) for code in face().languages]

    @cached_property
    def here(self) -> str:
        """The address to come back to after switching the language."""
        return self._request.get_full_path()

    @cached_property
    def person(self) -> str:
        return person_of(self._request)

    @property
    def worker(self) -> str:
        """The service worker; empty when it is switched off."""
        return navigation.address("web:worker") if settings.ENV.worker else ""

    @property
    def sign_in(self) -> str:
        return self.sign_in_address()

    @staticmethod
    def sign_in_address() -> str:
        return navigation.address(settings.LOGIN_URL)

    @property
    def sign_out(self) -> str:
        return self.sign_out_address()

    @staticmethod
    def sign_out_address() -> str:
        return navigation.address(settings.LOGOUT_URL)

    @cached_property
    def live(self) -> str:
        """What answers as long as the city can be reached."""
        return navigation.address("core:live")

    @cached_property
    def outbox(self) -> str:
        """Where the messages of a first look can be read; empty in production."""
        return navigation.address("core:outbox") if settings.ENV.outbox else ""

    @cached_property
    def theme(self) -> str:
        return f"{navigation.address('web:theme')}?{theme_version()}"


def person_of(request: HttpRequest) -> str:
    """Tells the phone whether the same person is there as before, and says nothing else; empty for a guest."""
    user = getattr(request, "user", None)
    return permanent_hash(str(user.pk), "web.person").hex()[:16] if user and user.is_authenticated else ""


def language_name(code: str) -> str:
    """What its speakers call a language; its code when nobody knows."""
    name = LANG_INFO.get(code, {}).get("name_local", code)
    return str(name[:1].upper() + name[1:])


def page(request: HttpRequest) -> dict[str, Site]:
    """Context processor: the page's frame."""
    return {"site": Site(request)}
