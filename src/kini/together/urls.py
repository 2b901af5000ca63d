"""Addresses of the room."""

from django.urls import path

from kini.together import desk, giver_desk, ledger_pages, pages, pledge_pages, receipt_pages
from kini.together.fraud_holds import desk as hold_desk
from kini.together.money import desk as money_desk
from kini.together.money import pages as money_pages
from kini.together.photos import pages as photo_pages
from kini.together.visits import pages as visit_pages
from kini.together.volunteers import calendar_feed, organizer_pages
from kini.together.volunteers import desk as volunteer_desk
from kini.together.volunteers import pages as volunteer_pages

app_name = "together"
urlpatterns = [
    path("together/", pages.needs, name="needs"),
    path("together/needs/<str:reference>/", pages.need, name="need"),
    path("together/give/<int:line>/", pledge_pages.give, name="give"),
    path("together/ledger/", ledger_pages.ledger, name="ledger"),
    path("together/ledger.csv", ledger_pages.ledger_file, name="ledger-file"),
    path("together/ledger/<str:day>.txt", ledger_pages.head_statement, name="ledger-head"),
    path("together/ledger/<str:day>.p7s", ledger_pages.head_signature, name="ledger-signature"),
    path("together/pools/", money_pages.pools, name="pools"),
    path("together/pools/<str:reference>/", money_pages.pool, name="pool"),
    path("together/pools/<str:reference>/give/", money_pages.give_money, name="give-money"),
    path("together/pools/<str:reference>/spending/", money_pages.spending, name="spending"),
    path("together/pools/<str:reference>/payouts/new/", money_pages.new_payout, name="new-payout"),
    path("together/gifts/<str:reference>/", money_pages.gift, name="gift"),
    path("together/gifts/<str:reference>/pay/", money_pages.pay_gift, name="pay-gift"),
    path("together/gifts/<str:reference>/pay/<uuid:payment>/", money_pages.gift_code, name="gift-code"),
    path("together/gifts/<str:reference>/withdraw/", money_pages.withdraw_gift, name="withdraw-gift"),
    path("together/visits/<str:day>.json", visit_pages.draw, name="visit-draw"),
    path("together/own/", pledge_pages.own_help, name="own"),
    path("together/givers/new/", pledge_pages.new_giver, name="new-giver"),
    path("together/pledges/<str:reference>/", pledge_pages.pledge, name="pledge"),
    path("together/pledges/<str:reference>/photo/", photo_pages.new_photo, name="new-photo"),
    path("together/photos/<int:number>/", photo_pages.photo, name="photo"),
    path("together/pledges/<str:reference>/receipt/", receipt_pages.receipt, name="receipt"),
    path("together/pledges/<str:reference>/<slug:deed>/", pledge_pages.deed, name="deed"),
    path("together/volunteer/", volunteer_pages.activities, name="volunteer"),
    path("together/volunteer/own/", volunteer_pages.own_shifts, name="own-shifts"),
    path("together/volunteer/<int:number>/", volunteer_pages.activity, name="activity"),
    path("together/volunteer/roles/<int:number>/", volunteer_pages.sign_up, name="sign-up"),
    path("together/volunteer/sign-ups/<int:number>/<slug:deed>/", volunteer_pages.sign_up_deed, name="sign-up-deed"),
    path("together/volunteer/own/<int:number>/<slug:deed>/", volunteer_pages.volunteer_deed, name="volunteer-deed"),
    path("together/calendar/<int:number>/<slug:secret>.ics", calendar_feed.calendar, name="calendar"),
    path("together/groups/<int:number>/", organizer_pages.group, name="group"),
    path("together/groups/<int:number>/members/new/", organizer_pages.new_member, name="new-member"),
    path("together/groups/<int:number>/activities/new/", organizer_pages.new_activity, name="new-activity"),
    path("together/activities/<int:number>/<slug:deed>/", organizer_pages.activity_deed, name="activity-deed"),
    path("together/shifts/<int:number>/", organizer_pages.shift, name="shift"),
    path("together/shifts/<int:number>/cancel/", organizer_pages.cancel_shift, name="cancel-shift"),
    path("together/attendance/<int:number>/<slug:deed>/", organizer_pages.attendance, name="attendance"),
    path("desk/together/volunteers/", volunteer_desk.overview, name="desk-volunteers"),
    path("desk/together/volunteers/new/", volunteer_desk.new_activity, name="desk-new-activity"),
    path("desk/together/volunteers/screening/", volunteer_desk.screening, name="desk-screening"),
    path("desk/together/volunteers/<int:number>/release/", volunteer_desk.release, name="desk-release"),
    path("desk/together/", desk.overview, name="desk"),
    path("desk/together/givers/", giver_desk.givers, name="desk-givers"),
    path("desk/together/givers/new/", giver_desk.new_aggregator, name="desk-new-aggregator"),
    path("desk/together/givers/<int:number>/<slug:deed>/", giver_desk.giver_deed, name="desk-giver-deed"),
    path("desk/together/pools/", money_desk.pools, name="desk-pools"),
    path("desk/together/pools/new/", money_desk.new_pool, name="desk-new-pool"),
    path("desk/together/pools/<str:reference>/", money_desk.pool, name="desk-pool"),
    path("desk/together/pools/<str:reference>/give/", money_desk.give_money, name="desk-give-money"),
    path("desk/together/pools/<str:reference>/payouts/new/", money_desk.new_payout, name="desk-new-payout"),
    path("desk/together/pools/<str:reference>/handover/", money_desk.new_handover, name="desk-new-handover"),
    path("desk/together/handovers/<int:number>/<slug:deed>/", money_desk.handover_deed, name="desk-handover-deed"),
    path("desk/together/payouts/<int:number>/<slug:deed>/", money_desk.payout_deed, name="desk-payout-deed"),
    path("desk/together/holds/", hold_desk.holds, name="desk-holds"),
    path("desk/together/holds/<int:number>/<slug:deed>/", hold_desk.hold_deed, name="desk-hold-deed"),
    path("desk/together/photos/", photo_pages.photos, name="desk-photos"),
    path("desk/together/photos/<int:number>/<slug:deed>/", photo_pages.photo_deed, name="desk-photo-deed"),
    path("desk/together/visits/", visit_pages.visits, name="desk-visits"),
    path("desk/together/visits/<int:number>/", visit_pages.visit, name="desk-visit"),
    path("desk/together/places/new/", desk.new_beneficiary, name="desk-new-beneficiary"),
    path("desk/together/places/<int:number>/", desk.beneficiary, name="desk-beneficiary"),
    path("desk/together/places/<int:number>/<slug:programme>/", desk.new_need, name="desk-new-need"),
    path("desk/together/needs/<str:reference>/", desk.need, name="desk-need"),
    path("desk/together/needs/<str:reference>/<slug:deed>/", desk.need_deed, name="desk-need-deed"),
    path("desk/together/lines/<int:line>/give/", desk.counter_pledge, name="desk-give"),
    path("desk/together/pledges/<str:reference>/slip/", desk.slip, name="desk-slip"),
    path("desk/together/pledges/<str:reference>/receipt/", receipt_pages.desk_receipt, name="desk-receipt"),
    path("desk/together/pledges/<str:reference>/<slug:deed>/", desk.pledge_deed, name="desk-pledge-deed"),
]
