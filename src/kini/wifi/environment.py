"""Variables of the Wi-Fi."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class WifiEnvironment(EnvironmentSettings):
    wifi: OptionalPath = provider_file(
        "TOML file with Wi-Fi controllers that admit devices on request ([docs/wifi.md](wifi.md))"
    )
