"""Programs that act for people: what allauth's OpenID Connect provider asks of the house."""

from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from kini.api.callers import scopes

OPENID = "openid"


class Words(dict[str, Any]):
    """What a scope lets a program do, as the person reads it who allows it."""

    def get(self, name: str, default: Any = None) -> str:
        """The words of a registered scope, and of the one that every program has."""
        found = scopes.find(name)
        if found:
            return str(found.words)
        return _("Know again that it is you, without your name") if name == OPENID else str(default or name)


class ProgramsAdapter(DefaultOIDCAdapter):
    """Tokens tell nothing of a person but a number that stands for them; what else there is, the API tells by scope."""

    scope_display = Words()

    def get_claims(
        self, purpose: Any, user: AbstractBaseUser, client: Any, scopes: Any, email: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Who it is, without name and address."""
        return {"sub": self.get_user_sub(client, user)}

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """What is really offered: scopes of the house, codes with PKCE, renewal."""
        data["scopes_supported"] = ["openid", *scopes.names()]
        data["response_types_supported"] = ["code"]
        data["grant_types_supported"] = ["authorization_code", "refresh_token"]
        data.pop("device_authorization_endpoint", None)
