"""Addresses of the health record."""

from django.urls import path

from kini.health_record import pages, share_pages

app_name = "health_record"
urlpatterns = [
    path("me/health/", pages.mine, name="mine"),
    path("me/health/<int:resident>/", pages.record, name="record"),
    path("me/health/<int:resident>/summary.json", pages.summary, name="summary"),
    path("me/health/<int:resident>/record.pdf", pages.printed, name="printed"),
    path("me/health/<int:resident>/show/", share_pages.share, name="share"),
    path("me/health/shown/<str:reference>/", share_pages.shared, name="shared"),
    path("me/health/shown/<str:reference>/end/", share_pages.revoke, name="revoke"),
    path("health-record/", share_pages.open_record, name="open"),
]
