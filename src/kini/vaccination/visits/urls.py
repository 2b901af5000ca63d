from django.urls import path

from kini.vaccination.visits import desk, event_desk, pages, phone_pages, visit_desk, waiting_list_desk

urlpatterns = [
    path("vaccination/after/<str:code>/", pages.follow_up, name="follow-up"),
    path("desk/vaccination/", desk.sites_page, name="desk-sites"),
    path("desk/vaccination/events/", event_desk.events_page, name="desk-events"),
    path("desk/vaccination/at/<str:site>/", desk.day_page, name="desk-day"),
    path("desk/vaccination/at/<str:site>/check-in/", desk.check_in, name="desk-check-in"),
    path("desk/vaccination/at/<str:site>/walk-in/", desk.walk_in_page, name="desk-walk-in"),
    path("desk/vaccination/at/<str:site>/conflicts/", desk.conflicts_page, name="desk-conflicts"),
    path("desk/vaccination/at/<str:site>/waiting-list/", waiting_list_desk.waiting_list_page, name="desk-waiting-list"),
    path("desk/vaccination/at/<str:site>/phone/", phone_pages.phone_page, name="phone"),
    path("desk/vaccination/at/<str:site>/phone/day/", phone_pages.day_json, name="phone-day"),
    path("desk/vaccination/at/<str:site>/phone/entries/", phone_pages.entries, name="phone-entries"),
    path("desk/vaccination/at/<str:site>/visits/<uuid:uuid>/", visit_desk.visit_page, name="desk-visit"),
    path("desk/vaccination/at/<str:site>/visits/<uuid:uuid>/end/", visit_desk.end, name="desk-visit-end"),
    path("desk/vaccination/at/<str:site>/visits/<uuid:uuid>/event/", visit_desk.event, name="desk-visit-event"),
]
