"""URLs of letters. The short ones are printed on letters."""

from django.urls import path

from kini.letters import case_receipt, desk, preview

app_name = "letters"
urlpatterns = [
    path("cases/<str:reference>/receipt.pdf", case_receipt.receipt, name="receipt"),
    path("desk/cases/<str:reference>/letters/<uuid:letter>/withdraw/", desk.withdraw, name="desk-withdraw"),
    path("desk/cases/<str:reference>/letters/<uuid:letter>/replace/", desk.replace, name="desk-replace"),
    path("desk/cases/<str:reference>/moves/<slug:move>/letter.<str:form>", preview.preview, name="preview"),
]
