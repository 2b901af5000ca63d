"""URLs of letters. The short ones are printed on letters."""

from django.urls import path

from kini.letters import desk, pages, receipts

app_name = "letters"
urlpatterns = [
    path("v/", pages.find, name="find"),
    path("v/<str:code>", pages.check, name="check"),
    path("cases/<str:reference>/receipt.pdf", receipts.receipt, name="receipt"),
    path("desk/cases/<str:reference>/letters/<uuid:letter>/withdraw/", desk.withdraw, name="desk-withdraw"),
    path("desk/cases/<str:reference>/letters/<uuid:letter>/replace/", desk.replace, name="desk-replace"),
]
