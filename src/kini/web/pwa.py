"""Progressive web app: manifest, icons, service worker and offline page."""

import json
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from kini.core.registry import Registry
from kini.web import app_icons, app_screenshots, navigation
from kini.web import theme as colours
from kini.web.context_processors import Layout, person_token
from kini.web.current_city import current_city
from kini.web.environment import WebEnvironment
from kini.web.page_cache import cache_for_anonymous
from kini.web.pages import theme_version

#: Scripts of the one service worker, as names of static files; rooms add theirs.
worker_scripts: Registry[str] = Registry("script of the service worker")
#: Static files that every page needs.
APP_SHELL: Final = ("kini/kini.css", "kini/kini.js", "kini/app.js")
BRAND, PAPER = "#0b5d51", "#faf8f4"


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """W3C Web Application Manifest."""
    city, tokens = current_city(), colours.theme_tokens(current_city().theme)
    sizes = {name: f"{size}x{size}" for name, (size, _whole) in app_icons.ICONS.items()}
    icons = [
        {"src": reverse("web:mark", args=[name]), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size in sizes.items()
        if (purpose := app_icons.manifest_purpose(name))
    ]
    content = {
        "id": "/",
        "name": f"Kini {city.name}",
        "short_name": "Kini",
        "description": _("Services of %(city)s online: apply, report, pay, book, and follow your cases.")
        % {"city": city.name},
        "lang": get_language(),
        "start_url": reverse("web:home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": tokens.get("brand-700", BRAND),
        "background_color": tokens.get("sand-50", PAPER),
        "icons": icons,
        "screenshots": app_screenshots.manifest_screenshots(),
        "shortcuts": [{"name": each.label, "url": each.url} for each in navigation.links(request, "shortcut")],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=86_400)
def app_icon(request: HttpRequest, name: str) -> HttpResponse:
    """App icon as PNG."""
    if name not in app_icons.ICONS:
        raise Http404
    brand = colours.theme_tokens(current_city().theme).get("brand-700", BRAND)
    return HttpResponse(app_icons.render_png(name, brand), content_type="image/png")


@require_safe
@cache_control(public=True, max_age=86_400)
def screenshot(request: HttpRequest, name: str) -> FileResponse:
    """Screenshot of the app, from the city pack."""
    path = app_screenshots.screenshot_file(name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type=app_screenshots.CONTENT_TYPES[path.suffix])


@require_safe
@cache_for_anonymous
def offline(request: HttpRequest) -> HttpResponse:
    """Page shown offline, with all texts of the offline functions."""
    return render(request, "web/offline.html")


@never_cache
@require_safe
def session_state(request: HttpRequest) -> HttpResponse:
    """Person token and CSRF token, with which the service worker sends waiting forms for the same person only."""
    return JsonResponse({"person": person_token(request), "token": get_token(request)})


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Service worker of this release; when switched off, a script that unregisters it from every phone."""
    text = (
        _release()
        if WebEnvironment.current().service_worker
        else f"importScripts({json.dumps(static('kini/gone.js'))});\n"
    )
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


def _release() -> str:
    files = [*map(static, APP_SHELL), f"{reverse('web:theme')}?{theme_version()}", reverse("web:icon")]
    scripts = [static(each) for each in worker_scripts]
    content = {
        "version": sha256(json.dumps([files, scripts]).encode()).hexdigest()[:12],
        "files": files,
        "static": settings.STATIC_URL,
        "languages": list(current_city().languages),
        "offline": reverse("web:offline"),
        "standing": reverse("web:standing"),
        "signIn": Layout.sign_in_address(),
        "signOut": Layout.sign_out_address(),
    }
    return f"const KINI = {json.dumps(content)};\nimportScripts({', '.join(map(json.dumps, scripts))});\n"
