"""Variables of payments."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class PaymentsEnvironment(EnvironmentSettings):
    payments: OptionalPath = provider_file(
        "TOML file that names the payment providers (see below); without it nothing is paid online", sandbox="payments"
    )
