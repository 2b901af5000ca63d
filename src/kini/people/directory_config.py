"""Configuration of the city's directory of officers, an OpenID Connect provider (file named by KINI_DIRECTORY)."""

import tomllib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kini.core.environment_settings import InvalidEnvironment
from kini.people.environment import PeopleEnvironment


class DirectoryConfig(BaseModel):
    """Schema of the TOML file. The directory's operator registers Kini and provides client id and secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60, description="What the button on the sign-in page calls it.")
    issuer: str = Field(description="Address of the provider, as it names itself.")
    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)
    scopes: tuple[str, ...] = ("openid", "email")
    required: bool = Field(default=False, description="Officers work only after a sign-in through the directory.")
    second_step: frozenset[str] = Field(
        default=frozenset({"mfa", "otp"}), description="Values of acr or amr (RFC 8176) that count as a second step."
    )
    passkey: frozenset[str] = Field(
        default=frozenset({"phr", "phrh"}), description="Values that count as one that resists phishing (OpenID EAP)."
    )

    def strength(self, claims: dict[str, object]) -> str:
        """Return the second factor that the directory used: "none", "any" or "passkey"."""
        amr = claims.get("amr")
        values = {str(claims.get("acr", "")), *(map(str, amr) if isinstance(amr, list) else ())}
        return "passkey" if values & self.passkey else "any" if values & self.second_step else "none"


def configured_directory() -> DirectoryConfig | None:
    """Return the configured directory, reloaded when its file changes; None without one.

    Raises:
        InvalidEnvironment: if the file cannot be read or is invalid.
    """
    path = PeopleEnvironment.current().directory
    return _read(path, path.stat().st_mtime_ns) if path else None


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> DirectoryConfig:
    try:
        read = DirectoryConfig.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        what = [str(each["loc"][0]) for each in error.errors()] if isinstance(error, ValidationError) else str(error)
        raise InvalidEnvironment(f"KINI_DIRECTORY: {path} cannot be used: {what}. See docs/operators.md.") from None
    if settings.ENV.production and urlsplit(read.issuer).scheme != "https":
        raise InvalidEnvironment("KINI_DIRECTORY: the issuer's address must begin with https://.")
    return read
