from django.urls import include, path

from kini.wifi.devices import blocklist_desk, my_devices
from kini.wifi.health import desk as network
from kini.wifi.health import heartbeat as health
from kini.wifi.planning import desk as where
from kini.wifi.portal import captive
from kini.wifi.portal import pages as portal
from kini.wifi.sites import pages
from kini.wifi.usage import pages as served
from kini.wifi.vouchers import desk

app_name = "wifi"
_public = [
    path("", pages.nearest_sites, name="points"),
    path("served/", served.usage_page, name="served"),
    path("served/map.svg", served.coverage_map, name="coverage"),
    path("served/<slug:by>.csv", served.usage_csv, name="served-table"),
    path("mine/", my_devices.overview, name="mine"),
    path("mine/forget/", my_devices.sign_out_devices, name="forget"),
    path("alive/<str:mac>/", health.heartbeat, name="alive"),
    path("captive/<str:code>/", captive.captive_state, name="captive"),
    path("portal/", portal.start, name="portal"),
    path("portal/enter/", portal.enter, name="portal-enter"),
    path("portal/code/", portal.code, name="portal-code"),
    path("portal/online/", portal.online, name="portal-online"),
    path("portal/<slug:sort>/", portal.arrive, name="portal-arrive"),
    path("<str:code>/", pages.site_page, name="site"),
]
_desk = [
    path("sites.csv", network.sites_csv, name="desk-sites"),
    path("", desk.sheets, name="desk-sheets"),
    path("blocked/", blocklist_desk.blocklist_page, name="desk-blocks"),
    path("blocked/lift/", blocklist_desk.lift_block_view, name="desk-lift"),
    path("health/", network.health_page, name="desk-health"),
    path("availability.csv", network.availability_csv, name="desk-availability"),
    path("withdraw/", desk.withdraw, name="desk-withdraw"),
    path("plans/", where.plans_page, name="desk-plans"),
    path("plans/compare/", where.compare_plans, name="desk-plans-compare"),
    path("plans/<int:plan>/", where.plan_page, name="desk-plan"),
    path("plans/<int:plan>/points.csv", where.plan_csv, name="desk-plan-table"),
    path("plans/<int:plan>/remove/", where.delete_plan_view, name="desk-plan-remove"),
]
urlpatterns = [
    path("wifi/", include(_public)),
    path("desk/wifi/", include(_desk)),
    path("guest/s/<slug:site>/", portal.arrive_unifi, name="portal-unifi"),
]
