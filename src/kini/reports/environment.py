"""Variables of reports: the cities to which it files them."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class ReportsEnvironment(EnvironmentSettings):
    other_cities: OptionalPath = provider_file(
        "TOML file with the Open311 servers of other cities to which reports are filed (see “Open311”)",
        alias="KINI_OPEN311",
        sandbox="open311",
    )
