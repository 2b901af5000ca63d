"""Addresses of the room."""

from django.urls import path

from kini.together import desk, giver_desk, ledger_pages, pages, pledge_pages

app_name = "together"
urlpatterns = [
    path("together/", pages.needs, name="needs"),
    path("together/needs/<str:reference>/", pages.need, name="need"),
    path("together/give/<int:line>/", pledge_pages.give, name="give"),
    path("together/ledger/", ledger_pages.ledger, name="ledger"),
    path("together/ledger.csv", ledger_pages.ledger_file, name="ledger-file"),
    path("together/own/", pledge_pages.own_help, name="own"),
    path("together/givers/new/", pledge_pages.new_giver, name="new-giver"),
    path("together/pledges/<str:reference>/", pledge_pages.pledge, name="pledge"),
    path("together/pledges/<str:reference>/<slug:deed>/", pledge_pages.deed, name="deed"),
    path("desk/together/", desk.overview, name="desk"),
    path("desk/together/givers/", giver_desk.givers, name="desk-givers"),
    path("desk/together/givers/new/", giver_desk.new_aggregator, name="desk-new-aggregator"),
    path("desk/together/givers/<int:number>/<slug:deed>/", giver_desk.giver_deed, name="desk-giver-deed"),
    path("desk/together/places/new/", desk.new_beneficiary, name="desk-new-beneficiary"),
    path("desk/together/places/<int:number>/", desk.beneficiary, name="desk-beneficiary"),
    path("desk/together/places/<int:number>/<slug:programme>/", desk.new_need, name="desk-new-need"),
    path("desk/together/needs/<str:reference>/", desk.need, name="desk-need"),
    path("desk/together/needs/<str:reference>/<slug:deed>/", desk.need_deed, name="desk-need-deed"),
    path("desk/together/lines/<int:line>/give/", desk.counter_pledge, name="desk-give"),
    path("desk/together/pledges/<str:reference>/slip/", desk.slip, name="desk-slip"),
    path("desk/together/pledges/<str:reference>/<slug:deed>/", desk.pledge_deed, name="desk-pledge-deed"),
]
