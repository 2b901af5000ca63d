from django.urls import include, path

from kini.reports import area_pages, audit_desk, closing_pages, desk, elsewhere_desk, office_pages, pages, routing_desk

app_name = "reports"
urlpatterns = [
    path("report/", pages.choose, name="choose"),
    path("open311/", include("kini.reports.open311.urls")),
    path("reports/", pages.public_list, name="public"),
    path("reports/months/", area_pages.months, name="months"),
    path("reports/feed/", area_pages.feed, name="feed"),
    path("reports/areas/", area_pages.areas, name="areas"),
    path("reports/areas/stop/<str:token>/", area_pages.area_stop, name="area-stop"),
    path("reports/poster/", area_pages.poster, name="poster"),
    path("reports/offices/", office_pages.offices, name="offices"),
    path("reports/offices.csv", office_pages.offices_file, name="offices-file"),
    path("reports/draws/<str:day>.json", office_pages.draw, name="draw"),
    path("reports/followed/", pages.followed, name="followed"),
    path("reports/<str:reference>/", pages.public_report, name="public-report"),
    path("reports/<str:reference>/me-too/", pages.me_too, name="me-too"),
    path("reports/<str:reference>/make-private/", pages.make_private, name="make-private"),
    path("reports/<str:reference>/answer/", closing_pages.answer, name="answer"),
    path("reports/<str:reference>/photo/<str:which>/", pages.public_photo, name="public-photo"),
    path("desk/reports/", desk.waiting, name="desk-waiting"),
    path("desk/reports/audits/", audit_desk.audits, name="desk-audits"),
    path("desk/reports/audits/<int:pk>/", audit_desk.audit, name="desk-audit"),
    path("desk/reports/routing/", routing_desk.plan, name="desk-routing"),
    path("desk/reports/routing.csv", routing_desk.table_file, name="desk-routing-table"),
    path("desk/reports/unrouted/", routing_desk.unrouted, name="desk-unrouted"),
    path("desk/reports/<str:reference>/", desk.check, name="desk-check"),
    path("desk/reports/<str:reference>/elsewhere/", elsewhere_desk.send, name="desk-elsewhere"),
]
