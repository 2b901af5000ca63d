from django.urls import path

from kini.messages import desk, pages, unsubscribe, webhooks

app_name = "messages"
urlpatterns = [
    path("me/messages/", pages.inbox, name="inbox"),
    path("me/messages/<int:pk>/", pages.message, name="message"),
    path("me/messages/ways/", pages.channel_settings, name="ways"),
    path("me/messages/device/", pages.subscribe_browser, name="device"),
    path("messages/stop/<str:token>/", unsubscribe.unsubscribe_page, name="stop"),
    path("messages/notices/<slug:provider>/", webhooks.webhook, name="notice"),
    path("desk/messages/", desk.undelivered, name="dead"),
    path("desk/messages/<int:pk>/retry/", desk.retry, name="retry"),
    path("desk/messages/<int:pk>/settle/", desk.settle, name="settle"),
    path("desk/messages/letters/<int:pk>/", desk.letter, name="letter"),
    path("desk/messages/letters/<int:pk>/posted/", desk.posted, name="posted"),
    path("desk/messages/preview/", desk.preview, name="preview"),
]
