from django.urls import path

from kini.web import desk_help, pages, pwa, well_known

app_name = "web"
urlpatterns = [
    path("", pages.home, name="home"),
    path("help/", pages.help_page, name="help"),
    path("desk/help/", desk_help.desk_help_page, name="desk-help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("language", pages.set_language, name="language"),
    path("theme.css", pages.theme, name="theme"),
    path("icon.svg", pages.icon, name="icon"),
    path("app.webmanifest", pwa.manifest, name="manifest"),
    path("app/<slug:name>.png", pwa.app_icon, name="mark"),
    path("app/screenshots/<str:name>", pwa.screenshot, name="screenshot"),
    path("app/standing.json", pwa.session_state, name="standing"),
    path("worker.js", pwa.worker, name="worker"),
    path("robots.txt", well_known.robots_txt, name="robots-txt"),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    path("offline/", pwa.offline, name="offline"),
]
