"""Variables of the Wi-Fi."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class WifiEnvironment(EnvironmentSettings):
    wifi: OptionalPath = provider_file(
        "TOML file that names Wi-Fi controllers that let devices in when told to ([docs/wifi.md](wifi.md))"
    )
