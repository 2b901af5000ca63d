from django.urls import path

from tests.plugin_noticeboard import pages

app_name = "noticeboard"
urlpatterns = [
    path("", pages.board, name="board"),
    path("post/", pages.post, name="post"),
]
