from django.urls import path

from kini.messages import desk, notices, pages

app_name = "messages"
urlpatterns = [
    path("me/messages/", pages.inbox, name="inbox"),
    path("me/messages/<int:pk>/", pages.message, name="message"),
    path("me/messages/ways/", pages.ways, name="ways"),
    path("me/messages/device/", pages.device, name="device"),
    path("messages/stop/<str:token>/", pages.stop, name="stop"),
    path("messages/notices/<slug:provider>/", notices.notice, name="notice"),
    path("desk/messages/", desk.dead, name="dead"),
    path("desk/messages/<int:pk>/retry/", desk.retry, name="retry"),
    path("desk/messages/<int:pk>/settle/", desk.settle, name="settle"),
    path("desk/messages/letters/<int:pk>/", desk.letter, name="letter"),
    path("desk/messages/letters/<int:pk>/posted/", desk.posted, name="posted"),
    path("desk/messages/preview/", desk.preview, name="preview"),
]
