"""Private interfaces of allauth in use, in one place: check them at each upgrade (upper bound in pyproject.toml)."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.logout import logout
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.account.internal.stagekit import clear_login
from allauth.core.internal.httpkit import extract_basic_auth
from allauth.idp.oidc.internal.oauthlib import server as oauth_server
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.utils import ValidatorContext

__all__ = [
    "LoginCodeVerificationProcess",
    "OAuthLibRequestValidator",
    "ValidatorContext",
    "clear_login",
    "did_recently_reauthenticate",
    "extract_basic_auth",
    "logout",
    "oauth_server",
    "record_authentication",
]
