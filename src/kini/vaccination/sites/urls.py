"""Addresses of sites and their stock."""

from django.urls import path

from kini.vaccination.sites import site_pages, stock_desk

urlpatterns = [
    path("vaccination/sites/", site_pages.site_list, name="sites"),
    path("vaccination/sites/<slug:site>/", site_pages.site, name="site"),
    path("desk/vaccine-stock/", stock_desk.sites, name="desk-stock"),
    path("desk/vaccine-stock/lots/<int:lot>/", stock_desk.lot, name="desk-lot"),
    path("desk/vaccine-stock/lots/<int:lot>/recall/", stock_desk.recall, name="desk-lot-recall"),
    path("desk/vaccine-stock/shipments/<int:number>/", stock_desk.shipment, name="desk-shipment"),
    path("desk/vaccine-stock/<slug:site>/", stock_desk.site, name="desk-stock-site"),
    path("desk/vaccine-stock/<slug:site>/receive/", stock_desk.receive, name="desk-stock-receive"),
    path("desk/vaccine-stock/<slug:site>/<int:lot>/<slug:deed>/", stock_desk.move, name="desk-stock-move"),
]
