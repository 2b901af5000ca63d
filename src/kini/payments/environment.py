"""Variables of payments."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class PaymentsEnvironment(EnvironmentSettings):
    payments: OptionalPath = provider_file(
        "TOML file with the payment providers (see below); without it there is no online payment", sandbox="payments"
    )
