"""The city's own directory of officers, an OpenID Connect provider, as the file says that KINI_DIRECTORY names."""

import tomllib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kini.core.environment import EnvironmentFault


class Directory(BaseModel):
    """The file, in TOML. The directory's operator registers Kini there and gives the client's id and secret."""

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
        """Compute which second step the directory took: "none", "any" or "passkey"."""
        amr = claims.get("amr")
        values = {str(claims.get("acr", "")), *(map(str, amr) if isinstance(amr, list) else ())}
        return "passkey" if values & self.passkey else "any" if values & self.second_step else "none"


def directory() -> Directory | None:
    """The directory, read again when its file changes; None when there is none.

    Raises:
        EnvironmentFault: when the file cannot be read or says something that cannot be used.
    """
    path: Path | None = settings.ENV.directory
    return _read(path, path.stat().st_mtime_ns) if path else None


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Directory:
    try:
        read = Directory.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        what = [str(each["loc"][0]) for each in error.errors()] if isinstance(error, ValidationError) else str(error)
        raise EnvironmentFault(f"KINI_DIRECTORY: {path} cannot be used: {what}. See docs/operators.md.") from None
    if settings.ENV.production and urlsplit(read.issuer).scheme != "https":
        raise EnvironmentFault("KINI_DIRECTORY: the issuer's address must begin with https://.")
    return read
