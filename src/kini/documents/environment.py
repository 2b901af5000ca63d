"""Variables of signed documents: the agencies' keys and the time-stamping authority."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from pydantic import Field

from kini.core.environment_settings import EnvironmentSettings, OptionalPath

if TYPE_CHECKING:
    from kini.core.environment import Environment


def _credentials() -> Path | None:
    """Folder of systemd's credentials."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


class DocumentsEnvironment(EnvironmentSettings):
    signing_keys: OptionalPath = Field(
        None,
        description="folder with the keys by which agencies sign documents (`/etc/kini/signing`; in a demo "
        "`signing` in `KINI_VAR`). Production refuses one inside `KINI_VAR`; see below",
    )
    signing_passwords: OptionalPath = Field(
        default_factory=_credentials,
        description="folder with the passwords and PINs of these keys (systemd's `CREDENTIALS_DIRECTORY`, else beside "
        "the keys); see below",
    )
    time_stamps: str = Field(
        "",
        description="address of a time-stamping authority (RFC 3161) for those signatures; without one they have the "
        "time of this machine",
    )

    @property
    def keys_folder(self) -> Path:
        """Folder of the agencies' keys: outside the city's data, except for demo keys."""
        return self._keys_folder(settings.ENV)

    @property
    def passwords_folder(self) -> Path:
        return self.signing_passwords or self.keys_folder

    def _keys_folder(self, program: "Environment") -> Path:
        return self.signing_keys or (Path("/etc/kini/signing") if program.production else program.var / "signing")

    def conflicts(self, program: "Environment") -> Iterable[str]:
        """Refuse keys inside the var folder, where a copy of the folder would include them."""
        if program.production and self._keys_folder(program).is_relative_to(program.var):
            yield "KINI_SIGNING_KEYS is inside KINI_VAR; keep the agencies' keys in another folder"
