"""URLs of a person's consents, and of emergency access and memberships at the desk."""

from django.urls import path

from kini.records import desk, member_desk, pages

app_name = "records"
urlpatterns = [
    path("me/consents/", pages.consents, name="consents"),
    path("me/consents/<int:statement>/withdraw/", pages.withdraw, name="withdraw-consent"),
    path("desk/emergency/", desk.emergency, name="desk-emergency"),
    path("desk/emergency/reviews/", desk.reviews, name="desk-reviews"),
    path("desk/emergency/reviews/<int:access>/", desk.review, name="desk-review"),
    path("desk/members/", member_desk.members, name="desk-members"),
    path("desk/members/facilities/<str:unit>/", member_desk.facility, name="desk-facility"),
    path("desk/members/records/<slug:type>/<str:number>/", member_desk.team, name="desk-team"),
    path("desk/members/<int:membership>/end/", member_desk.end, name="desk-member-end"),
]
