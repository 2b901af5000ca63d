"""URLs of sign-in and of the visitor's own pages. allauth's pages (codes, passkeys, apps) are in `account_urls.py`."""

from django.urls import path, re_path

from kini.people import (
    authorized_apps,
    contact_pages,
    directory_sign_in,
    identity_pages,
    nearby,
    pages,
    persons_desk,
    recent_authentication,
    session_pages,
    sign_in,
)

app_name = "people"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/directory/", directory_sign_in.start, name="directory-start"),
    path("sign-in/directory/back/", directory_sign_in.callback, name="directory-back"),
    path("sign-in/directory/end/", directory_sign_in.signed_out, name="directory-signed-out"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("demo/sign-in/", sign_in.demo_sign_in_page, name="demo-sign-in"),
    path("near/", nearby.nearby_page, name="near"),
    path("me/", pages.me, name="me"),
    path("me/profile/", pages.edit_profile, name="profile"),
    re_path(r"^me/profile/(?P<kind>phone|email)/$", contact_pages.change_contact, name="change-contact"),
    path("me/profile/code/", contact_pages.confirm_contact, name="confirm-contact"),
    path("me/proof/", recent_authentication.reauthenticate, name="recent-proof"),
    path("me/identity/", identity_pages.identity, name="identity"),
    path("me/family/", pages.family, name="family"),
    path("me/family/add/", pages.add_member, name="add-member"),
    path("me/family/<int:tie_id>/", pages.edit_member, name="edit-member"),
    path("me/family/<int:tie_id>/remove/", pages.remove_member, name="remove-member"),
    path("me/programs/", authorized_apps.list_apps, name="programs"),
    path("me/programs/<str:client>/stop/", authorized_apps.revoke, name="stop-program"),
    path("identity/o/authorize", authorized_apps.authorize, name="allow-program"),  # stands before allauth's own
    # The device flow is not offered, but allauth needs its URL names.
    path("identity/o/device", authorized_apps.not_offered, name="not-offered"),
    path("identity/o/api/device/code", authorized_apps.not_offered, name="not-offered"),
    path("me/sessions/", session_pages.sessions, name="sessions"),
    path("me/sessions/others/end/", session_pages.end_other_sessions, name="end-other-sessions"),
    path("me/sessions/devices/<int:device>/forget/", session_pages.forget_device, name="forget-device"),
    path("me/sessions/<slug:name>/end/", session_pages.end_session, name="end-session"),
    path("me/access-log/", pages.access_log, name="access-log"),
    path("desk/persons/", persons_desk.duplicates, name="desk-duplicates"),
    path("desk/persons/pairs/<int:pair>/", persons_desk.pair, name="desk-pair"),
    path("desk/persons/merges/<int:merge>/", persons_desk.merge, name="desk-merge"),
]
