"""Addresses of public pages of diseases and of officers' pages. Included last: their first part names a disease."""

from django.urls import path

from kini.epidemic.spread import desk, downloads, pages

urlpatterns = [
    path("epidemic/", pages.overview, name="overview"),
    path("epidemic/<slug:disease>/", pages.disease_page, name="disease"),
    path("epidemic/<slug:disease>/areas/", pages.areas_page, name="areas"),
    path("epidemic/<slug:disease>/areas/<str:code>/", pages.area_page, name="area"),
    path("epidemic/<slug:disease>/mine/", pages.own_area, name="own-area"),
    path("epidemic/<slug:disease>/method/", pages.method_page, name="method"),
    path("epidemic/<slug:disease>/data/", pages.data_page, name="data"),
    path("epidemic/<slug:disease>/data/dictionary.csv", downloads.dictionary_csv, name="dictionary"),
    path("epidemic/<slug:disease>/data/<slug:table>.<slug:format>", downloads.download, name="download"),
    path("desk/epidemic/situation/", desk.start, name="desk-spread"),
    path("desk/epidemic/situation/<slug:disease>/", desk.situation, name="desk-situation"),
    path("desk/epidemic/situation/<slug:disease>/alerts/", desk.alerts_page, name="desk-alerts"),
    path("desk/epidemic/situation/<slug:disease>/line-list/", desk.line_list_page, name="desk-line-list"),
]
