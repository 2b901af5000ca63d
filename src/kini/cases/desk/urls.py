"""Addresses of the desk, in the namespace of cases."""

from django.urls import path

from kini.cases.desk import case, counter, moves, numbers, officers, overdue, queue, ratings, replies, saved, together

urlpatterns = [
    path("", queue.queue, name="desk"),
    path("apply/", counter.apply, name="desk-apply"),
    path("apply/<str:reference>/receipt/", counter.receipt, name="desk-receipt"),
    path("overdue/", overdue.overdue, name="desk-overdue"),
    path("ratings/", ratings.ratings, name="desk-ratings"),
    path("filters/", saved.filters, name="desk-filters"),
    path("filters/<int:kept>/", saved.change, name="desk-filter"),
    path("overdue/table.csv", overdue.table, name="desk-overdue-table"),
    path("numbers/", numbers.numbers, name="desk-numbers"),
    path("mentions/", together.mentions, name="desk-mentions"),
    path("replies/", replies.replies, name="desk-replies"),
    path("replies/add/", replies.add, name="desk-reply-add"),
    path("replies/<int:reply>/", replies.reply, name="desk-reply"),
    path("replies/<int:reply>/active/", replies.switch, name="desk-reply-active"),
    path("officers/", officers.officers, name="desk-officers"),
    path("officers/add/", officers.add, name="desk-officer-add"),
    path("officers/<int:officer>/", officers.officer, name="desk-officer"),
    path("officers/<int:officer>/active/", officers.switch, name="desk-officer-active"),
    path("officers/<int:officer>/roles/<int:grant>/take/", officers.take, name="desk-officer-take"),
    path("cases/<str:reference>/", case.case, name="desk-case"),
    path("cases/<str:reference>/summary/", case.summary, name="desk-summary"),
    path("cases/<str:reference>/next/", queue.following, name="desk-next"),
    path("cases/<str:reference>/assign/", case.assign, name="desk-assign"),
    path("cases/<str:reference>/transfer/", case.transfer, name="desk-transfer"),
    path("cases/<str:reference>/note/", case.note, name="desk-note"),
    path("cases/<str:reference>/presence/", together.presence, name="desk-presence"),
    path("cases/<str:reference>/look/", case.look, name="desk-look"),
    path("cases/<str:reference>/moves/<slug:move>/", moves.move, name="desk-move"),
]
