"""Variables of the adapter to SATUSEHAT."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class SatusehatEnvironment(EnvironmentSettings):
    satusehat: OptionalPath = provider_file(
        "TOML file with the organizations registered at SATUSEHAT and their keys (see docs/satusehat.md); without it"
        " nothing is sent or pulled",
        sandbox="satusehat",
    )
