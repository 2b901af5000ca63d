"""URLs of a person's consents and of emergency access at the desk."""

from django.urls import path

from kini.records import desk, pages

app_name = "records"
urlpatterns = [
    path("me/consents/", pages.consents, name="consents"),
    path("me/consents/<int:statement>/withdraw/", pages.withdraw, name="withdraw-consent"),
    path("desk/emergency/", desk.emergency, name="desk-emergency"),
    path("desk/emergency/reviews/", desk.reviews, name="desk-reviews"),
    path("desk/emergency/reviews/<int:access>/", desk.review, name="desk-review"),
]
