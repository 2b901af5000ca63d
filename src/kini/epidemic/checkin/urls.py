from django.urls import path

from kini.epidemic.checkin import gate_pages, pages, venue_pages

urlpatterns = [
    path("", pages.check_in, name="check-in"),
    path("warn/", pages.warn, name="warn"),
    path("warn/code/", pages.look_at_code, name="upload-code"),
    path("warn/visits/", pages.hand_over, name="hand-over"),
    path("slip/", pages.slip, name="slip"),
    path("packages/", pages.packages, name="packages"),
    path("packages/<slug:disease>/hour/<int:hour>", pages.hour_package, name="hour-package"),
    path("packages/<slug:disease>/day/<int:day>", pages.day_package, name="day-package"),
    path("pass/", gate_pages.show_pass, name="pass"),
    path("pass/new/", gate_pages.new_pass, name="new-pass"),
    path("gate/", gate_pages.gate, name="gate"),
    path("gate/pass/", gate_pages.check_pass, name="check-pass"),
    path("gate/count/", gate_pages.count, name="count"),
    path("gate/slip/", gate_pages.slip_entry, name="slip-entry"),
    path("venues/", venue_pages.venues, name="venues"),
    path("venues/<str:reference>/", venue_pages.venue, name="venue"),
    path("venues/<str:reference>/gate/", venue_pages.gate_code, name="venue-gate"),
    path("venues/<str:reference>/poster/", venue_pages.poster, name="venue-poster"),
    path("venues/<str:reference>/close/", venue_pages.close, name="venue-close"),
]
