from django.urls import path

from kini.payments import desk, pages, webhooks

app_name = "payments"
urlpatterns = [
    path("cases/<str:reference>/pay/", pages.pay, name="pay"),
    path("cases/<str:reference>/pay/<uuid:payment>/", pages.code, name="code"),
    path("receipts/<str:number>/", pages.receipt, name="receipt"),
    path("payments/notices/<slug:provider>/", webhooks.receive_webhook, name="notice"),
    path("desk/payments/", desk.open_refunds, name="desk-returns"),
    path("desk/payments/<uuid:refund>/returned/", desk.record_transfer, name="desk-returned"),
    path("desk/cases/<str:reference>/refund/", desk.refund, name="desk-refund"),
]
