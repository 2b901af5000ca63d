"""URLs of letters. The short ones are printed on letters."""

from django.urls import path

from kini.letters import case_receipt, desk, verification

app_name = "letters"
urlpatterns = [
    path("v/", verification.code_form, name="find"),
    path("v/<str:code>", verification.verify, name="check"),
    path("cases/<str:reference>/receipt.pdf", case_receipt.receipt, name="receipt"),
    path("desk/cases/<str:reference>/letters/<uuid:letter>/withdraw/", desk.withdraw, name="desk-withdraw"),
    path("desk/cases/<str:reference>/letters/<uuid:letter>/replace/", desk.replace, name="desk-replace"),
]
