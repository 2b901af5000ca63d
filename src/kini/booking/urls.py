from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import include, path

from kini.booking import desk, pages, ticket

#: Steps of the slot picker, for a draft or for moving a booking.
picker_pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("", pages.places, "places"),
    ("<str:venue>/", pages.days, "days"),
    ("<str:venue>/<str:day>/", pages.times, "times"),
]

app_name = "booking"
urlpatterns = [
    *[path(f"book/<uuid:draft>/{at}", view, name=name) for at, view, name in picker_pages],
    path("let-go/<uuid:draft>/", pages.release, name="give-up"),
    *[path(f"cases/<str:reference>/rebook/{at}", view, name=f"re-{name}") for at, view, name in picker_pages],
    path("cases/<str:reference>/ticket/", ticket.ticket, name="ticket"),
    path("cases/<str:reference>/ticket.ics", ticket.calendar, name="calendar"),
    path("queue/<slug:service>/<str:venue>/", pages.queue_page, name="standing"),
    path(
        "desk/bookings/",
        include(
            [
                path("", desk.venues_today, name="desk-today"),
                path("check-in/", desk.check_in, name="desk-check-in"),
                path("slots/<int:slot>/walk-in/", desk.walk_in, name="desk-walk-in"),
                path("slots/<int:slot>/close/", desk.close, name="desk-close"),
                path("<slug:service>/<str:venue>/<str:day>/", desk.day, name="desk-day"),
                path("<str:reference>/<slug:step>/", desk.change_booking, name="desk-deed"),
            ]
        ),
    ),
]
