"""Addresses of the desk, in the namespace of cases."""

from django.urls import path

from kini.cases.desk import case, counter, moves, officers, overdue, queue

urlpatterns = [
    path("", queue.queue, name="desk"),
    path("apply/", counter.apply, name="desk-apply"),
    path("apply/<str:reference>/receipt/", counter.receipt, name="desk-receipt"),
    path("overdue/", overdue.overdue, name="desk-overdue"),
    path("officers/", officers.officers, name="desk-officers"),
    path("officers/add/", officers.add, name="desk-officer-add"),
    path("officers/<int:officer>/", officers.officer, name="desk-officer"),
    path("officers/<int:officer>/active/", officers.switch, name="desk-officer-active"),
    path("officers/<int:officer>/roles/<int:grant>/take/", officers.take, name="desk-officer-take"),
    path("cases/<str:reference>/", case.case, name="desk-case"),
    path("cases/<str:reference>/assign/", case.assign, name="desk-assign"),
    path("cases/<str:reference>/transfer/", case.transfer, name="desk-transfer"),
    path("cases/<str:reference>/note/", case.note, name="desk-note"),
    path("cases/<str:reference>/look/", case.look, name="desk-look"),
    path("cases/<str:reference>/moves/<slug:move>/", moves.move, name="desk-move"),
]
