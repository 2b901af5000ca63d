from django.urls import path

from kini.web import pages

app_name = "web"
urlpatterns = [
    path("", pages.home, name="home"),
    path("language", pages.set_language, name="language"),
    path("theme.css", pages.theme, name="theme"),
    path("icon.svg", pages.icon, name="icon"),
]
