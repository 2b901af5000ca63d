from django.urls import path

from kini.documents import pages, verification

app_name = "documents"
urlpatterns = [
    path("v/", verification.code_form, name="find"),
    path("v/<str:code>", verification.verify, name="check"),
    path("documents/<uuid:document>/", pages.document_file, name="file"),
]
