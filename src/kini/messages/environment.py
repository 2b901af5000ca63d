"""Variables of messages."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class MessagesEnvironment(EnvironmentSettings):
    messages: OptionalPath = provider_file(
        "TOML file with the providers of SMS and WhatsApp (see below)", sandbox="messages"
    )
