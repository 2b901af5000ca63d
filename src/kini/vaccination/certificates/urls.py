from django.urls import path

from kini.vaccination.certificates import pages

urlpatterns = [
    path("certificates/", pages.certificates, name="certificates"),
    path("certificates/<str:reference>/", pages.certificate, name="certificate"),
    path("certificates/<str:reference>/issue/", pages.issue, name="issue-certificate"),
    path("certificates/<str:reference>/pdf/", pages.certificate_file, name="certificate-file"),
    path("verify/", pages.gatekeeper, name="gatekeeper"),
    path("verify/lists.json", pages.verifier_lists, name="verifier-lists"),
    path("trust/did.json", pages.trust_list, name="trust-list"),
    path("trust/jwks.json", pages.key_set, name="key-set"),
    path("trust/revocations.json", pages.revocations, name="revocations"),
]
