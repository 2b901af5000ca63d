from django.urls import include, path

from kini.wifi import blocks, desk, own, pages
from kini.wifi.health import desk as network
from kini.wifi.health import pages as health
from kini.wifi.portal import captive
from kini.wifi.portal import pages as portal
from kini.wifi.served import pages as served
from kini.wifi.where import desk as where

app_name = "wifi"
_public = [
    path("", pages.points, name="points"),
    path("served/", served.served, name="served"),
    path("served/map.svg", served.coverage, name="coverage"),
    path("served/<slug:by>.csv", served.table, name="served-table"),
    path("mine/", own.mine, name="mine"),
    path("mine/forget/", own.forget, name="forget"),
    path("alive/<str:mac>/", health.alive, name="alive"),
    path("captive/<str:code>/", captive.standing, name="captive"),
    path("portal/", portal.start, name="portal"),
    path("portal/enter/", portal.enter, name="portal-enter"),
    path("portal/code/", portal.code, name="portal-code"),
    path("portal/online/", portal.online, name="portal-online"),
    path("portal/<slug:sort>/", portal.arrive, name="portal-arrive"),
    path("<str:code>/", pages.site, name="site"),
]
_desk = [
    path("sites.csv", network.sites_csv, name="desk-sites"),
    path("", desk.sheets, name="desk-sheets"),
    path("blocked/", blocks.blocks, name="desk-blocks"),
    path("blocked/lift/", blocks.lift, name="desk-lift"),
    path("health/", network.health, name="desk-health"),
    path("availability.csv", network.availability_csv, name="desk-availability"),
    path("withdraw/", desk.withdraw, name="desk-withdraw"),
    path("plans/", where.plans, name="desk-plans"),
    path("plans/compare/", where.compare, name="desk-plans-compare"),
    path("plans/<int:plan>/", where.plan, name="desk-plan"),
    path("plans/<int:plan>/points.csv", where.table, name="desk-plan-table"),
    path("plans/<int:plan>/remove/", where.remove, name="desk-plan-remove"),
]
urlpatterns = [
    path("wifi/", include(_public)),
    path("desk/wifi/", include(_desk)),
    path("guest/s/<slug:site>/", portal.arrive_unifi, name="portal-unifi"),
]
