from django.urls import path

from kini.core import pages

app_name = "core"
urlpatterns = [
    path("health/live", pages.live, name="live"),
    path("health/ready", pages.ready, name="ready"),
    path("outbox/", pages.outbox, name="outbox"),
]
