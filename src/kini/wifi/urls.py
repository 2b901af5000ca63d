from django.urls import path

from kini.wifi import desk, own, pages
from kini.wifi.portal import captive
from kini.wifi.portal import pages as portal

app_name = "wifi"
urlpatterns = [
    path("wifi/", pages.points, name="points"),
    path("wifi/mine/", own.mine, name="mine"),
    path("wifi/mine/forget/", own.forget, name="forget"),
    path("wifi/captive/<str:code>/", captive.standing, name="captive"),
    path("wifi/portal/", portal.start, name="portal"),
    path("wifi/portal/enter/", portal.enter, name="portal-enter"),
    path("wifi/portal/code/", portal.code, name="portal-code"),
    path("wifi/portal/online/", portal.online, name="portal-online"),
    path("wifi/portal/<slug:sort>/", portal.arrive, name="portal-arrive"),
    path("guest/s/<slug:site>/", portal.arrive_unifi, name="portal-unifi"),
    path("desk/wifi/", desk.sheets, name="desk-sheets"),
    path("desk/wifi/withdraw/", desk.withdraw, name="desk-withdraw"),
    path("wifi/<str:code>/", pages.site, name="site"),
]
