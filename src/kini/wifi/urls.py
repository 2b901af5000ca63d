from django.urls import include, path

from kini.wifi.devices import blocklist_desk, my_devices
from kini.wifi.health import desk as health
from kini.wifi.health import heartbeat
from kini.wifi.planning import desk as planning
from kini.wifi.portal import captive
from kini.wifi.portal import pages as portal
from kini.wifi.sites import pages as sites
from kini.wifi.usage import pages as usage
from kini.wifi.vouchers import desk as vouchers

app_name = "wifi"
_public = [
    path("", sites.nearest_sites, name="points"),
    path("areas/<str:area>/", sites.area_sites, name="area"),
    path("served/", usage.usage_page, name="served"),
    path("served/<slug:by>.csv", usage.usage_csv, name="served-table"),
    path("mine/", my_devices.overview, name="mine"),
    path("mine/forget/", my_devices.sign_out_devices, name="forget"),
    path("alive/<str:mac>/", heartbeat.heartbeat, name="alive"),
    path("captive/<str:code>/", captive.captive_state, name="captive"),
    path("portal/", portal.start, name="portal"),
    path("portal/enter/", portal.enter, name="portal-enter"),
    path("portal/code/", portal.code, name="portal-code"),
    path("portal/online/", portal.online, name="portal-online"),
    path("portal/<slug:sort>/", portal.arrive, name="portal-arrive"),
    path("<str:code>/", sites.site_page, name="site"),
]
_desk = [
    path("sites.csv", usage.sites_csv, name="desk-sites"),
    path("", vouchers.sheets, name="desk-sheets"),
    path("blocked/", blocklist_desk.blocklist_page, name="desk-blocks"),
    path("blocked/lift/", blocklist_desk.lift_block_view, name="desk-lift"),
    path("health/", health.health_page, name="desk-health"),
    path("availability.csv", health.availability_csv, name="desk-availability"),
    path("withdraw/", vouchers.withdraw, name="desk-withdraw"),
    path("plans/", planning.plans_page, name="desk-plans"),
    path("plans/compare/", planning.compare_plans, name="desk-plans-compare"),
    path("plans/<int:plan>/", planning.plan_page, name="desk-plan"),
    path("plans/<int:plan>/points.csv", planning.plan_csv, name="desk-plan-table"),
    path("plans/<int:plan>/remove/", planning.delete_plan_view, name="desk-plan-remove"),
]
urlpatterns = [
    path("wifi/", include(_public)),
    path("desk/wifi/", include(_desk)),
    path("guest/s/<slug:site>/", portal.arrive_unifi, name="portal-unifi"),
]
