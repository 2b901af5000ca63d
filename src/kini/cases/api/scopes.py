"""OAuth scopes of cases, with the texts shown to the person who grants them."""

from django.utils.translation import gettext_lazy as _

from kini.api.auth import Scope
from kini.people.public import token_auth

SCOPES = (
    Scope("cases:read", _("See your requests to the city, their progress and their documents")),
    Scope("cases:write", _("Apply for services in your name, answer questions, send in and withdraw")),
    Scope("desk:read", _("See the cases that you see as an officer"), officers=True),
    Scope("desk:write", _("Take steps, assign and write notes in your name as an officer"), officers=True),
    Scope("desk:look", _("See who a resident is, in your name as an officer; every access is logged"), officers=True),
)
READ, WRITE = token_auth.RequireScope("cases:read", guests=True), token_auth.RequireScope("cases:write", guests=True)
MINE = token_auth.RequireScope("cases:read")
DESK_READ, DESK_WRITE, DESK_LOOK = (
    token_auth.RequireScope("desk:read"),
    token_auth.RequireScope("desk:write"),
    token_auth.RequireScope("desk:look"),
)
