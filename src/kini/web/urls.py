from django.urls import path

from kini.web import installed, pages, well_known

app_name = "web"
urlpatterns = [
    path("", pages.home, name="home"),
    path("language", pages.set_language, name="language"),
    path("theme.css", pages.theme, name="theme"),
    path("icon.svg", pages.icon, name="icon"),
    path("app.webmanifest", installed.manifest, name="manifest"),
    path("app/<slug:name>.png", installed.mark, name="mark"),
    path("app/standing.json", installed.standing, name="standing"),
    path("worker.js", installed.worker, name="worker"),
    path("robots.txt", well_known.robots_txt, name="robots-txt"),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    path("offline/", installed.offline, name="offline"),
]
