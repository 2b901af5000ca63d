"""URL configuration: the `urls.py` of every room.

An `AppConfig` may say more of its own:
    url_prefix: path of its addresses; rooms of Kini have none, plug-ins that of their label.
    url_order: lower numbers are looked up first (50).
"""

from django.apps import AppConfig, apps
from django.conf import settings
from django.urls import URLResolver, include, path

from kini.rooms import ROOMS, modules

handler400 = "kini.web.pages.bad_request"
handler403 = "kini.web.pages.forbidden"
handler404 = "kini.web.pages.not_found"
handler429 = "kini.web.pages.too_many"
handler500 = "kini.web.pages.server_error"


def room_urls() -> list[URLResolver]:
    """Addresses of all rooms and plug-ins."""
    rooms = [config for config in apps.get_app_configs() if config.name in (*ROOMS, *settings.ENV.plugins)]
    rooms.sort(key=lambda config: getattr(config, "url_order", 50))
    return [path(_prefix(config), include(urls)) for config in rooms for urls in modules("urls", [config.name])]


def _prefix(config: AppConfig) -> str:
    return str(getattr(config, "url_prefix", "" if config.name in ROOMS else f"{config.label}/"))


urlpatterns = [
    *room_urls(),
    path("", include("allauth.idp.urls")),
    path("account/", include("kini.people.account_urls")),
]
