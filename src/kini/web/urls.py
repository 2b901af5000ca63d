from django.urls import path

from kini.web import installed, pages

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
    path("offline/", installed.offline, name="offline"),
]
