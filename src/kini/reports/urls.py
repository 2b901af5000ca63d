from django.urls import path

from kini.reports import pages

app_name = "reports"
urlpatterns = [
    path("report/", pages.choose, name="choose"),
]
