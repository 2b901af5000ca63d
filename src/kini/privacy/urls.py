"""URLs of the privacy notice, a person's own data, and the data protection desk."""

from django.urls import path

from kini.privacy import desk, pages

app_name = "privacy"
urlpatterns = [
    path("privacy/", pages.notice, name="notice"),
    path("me/privacy/", pages.my_data, name="mine"),
    path("me/privacy/copies/<uuid:copy>/", pages.download, name="download"),
    path("desk/privacy/holds/", desk.legal_holds, name="desk-holds"),
    path("desk/privacy/holds/lift/", desk.lift_hold, name="desk-hold-lift"),
    path("desk/privacy/breaches/", desk.breaches, name="desk-breaches"),
    path("desk/privacy/breaches/new/", desk.write_breach, name="desk-breach-new"),
    path("desk/privacy/breaches/<int:breach>/", desk.breach, name="desk-breach"),
    path("desk/privacy/breaches/<int:breach>/edit/", desk.write_breach, name="desk-breach-edit"),
    path("desk/privacy/breaches/<int:breach>/letter/", desk.authority_letter, name="desk-breach-letter"),
    path("desk/privacy/breaches/<int:breach>/<slug:step>/", desk.breach_step, name="desk-breach-step"),
]
