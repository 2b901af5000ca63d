from django.urls import path

from kini.wifi import blocks, desk, own, pages
from kini.wifi.health import desk as network
from kini.wifi.health import pages as health
from kini.wifi.portal import captive
from kini.wifi.portal import pages as portal
from kini.wifi.served import pages as served
from kini.wifi.where import desk as where

app_name = "wifi"
urlpatterns = [
    path("wifi/", pages.points, name="points"),
    path("wifi/served/", served.served, name="served"),
    path("wifi/served/map.svg", served.coverage, name="coverage"),
    path("wifi/served/<slug:by>.csv", served.table, name="served-table"),
    path("desk/wifi/sites.csv", network.sites_csv, name="desk-sites"),
    path("wifi/mine/", own.mine, name="mine"),
    path("wifi/mine/forget/", own.forget, name="forget"),
    path("wifi/alive/<str:mac>/", health.alive, name="alive"),
    path("wifi/captive/<str:code>/", captive.standing, name="captive"),
    path("wifi/portal/", portal.start, name="portal"),
    path("wifi/portal/enter/", portal.enter, name="portal-enter"),
    path("wifi/portal/code/", portal.code, name="portal-code"),
    path("wifi/portal/online/", portal.online, name="portal-online"),
    path("wifi/portal/<slug:sort>/", portal.arrive, name="portal-arrive"),
    path("guest/s/<slug:site>/", portal.arrive_unifi, name="portal-unifi"),
    path("desk/wifi/", desk.sheets, name="desk-sheets"),
    path("desk/wifi/blocked/", blocks.blocks, name="desk-blocks"),
    path("desk/wifi/blocked/lift/", blocks.lift, name="desk-lift"),
    path("desk/wifi/health/", network.health, name="desk-health"),
    path("desk/wifi/availability.csv", network.availability_csv, name="desk-availability"),
    path("desk/wifi/withdraw/", desk.withdraw, name="desk-withdraw"),
    path("desk/wifi/plans/", where.plans, name="desk-plans"),
    path("desk/wifi/plans/compare/", where.compare, name="desk-plans-compare"),
    path("desk/wifi/plans/<int:plan>/", where.plan, name="desk-plan"),
    path("desk/wifi/plans/<int:plan>/points.csv", where.table, name="desk-plan-table"),
    path("desk/wifi/plans/<int:plan>/remove/", where.remove, name="desk-plan-remove"),
    path("wifi/<str:code>/", pages.site, name="site"),
]
