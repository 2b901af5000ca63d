from django.urls import path

from kini.payments import desk, notices, pages

app_name = "payments"
urlpatterns = [
    path("cases/<str:reference>/pay/", pages.pay, name="pay"),
    path("cases/<str:reference>/pay/<uuid:payment>/", pages.code, name="code"),
    path("receipts/<str:number>/", pages.receipt, name="receipt"),
    path("payments/notices/<slug:provider>/", notices.notice, name="notice"),
    path("desk/payments/", desk.returns, name="desk-returns"),
    path("desk/payments/<uuid:refund>/returned/", desk.returned, name="desk-returned"),
    path("desk/cases/<str:reference>/refund/", desk.refund, name="desk-refund"),
]
