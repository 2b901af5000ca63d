"""URL configuration: each room has its own; plug-ins get a prefix by their name."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from kini.operator.public import operator_urls

handler400 = "kini.web.pages.bad_request"
handler403 = "kini.web.pages.forbidden"
handler404 = "kini.web.pages.not_found"
handler429 = "kini.web.pages.too_many"
handler500 = "kini.web.pages.server_error"

plugins = [
    path(f"{name.rsplit('.', 1)[-1]}/", include(f"{name}.urls"))
    for name in settings.ENV.plugins
    if find_spec(f"{name}.urls")
]

urlpatterns = [
    path("", include("kini.api.urls")),
    path("", include("kini.core.urls")),
    path("", include("kini.wifi.urls")),  # early: the portal has the highest peaks
    path("", include("kini.web.urls")),
    path("", include("kini.city.urls")),
    path("", include("kini.people.urls")),
    path("", include("kini.messages.urls")),
    path("", include("kini.services.urls")),
    path("", include("kini.letters.urls")),
    path("", include("kini.cases.urls")),
    path("", include("kini.reports.urls")),
    path("", include("allauth.idp.urls")),
    path("", include("kini.payments.urls")),
    path("", include("kini.booking.urls")),
    path("", include("kini.feeds.urls")),
    path("", include("kini.privacy.urls")),
    path("account/", include("kini.people.account_urls")),
    *plugins,
    *operator_urls(settings.ENV.operator_path),
]
