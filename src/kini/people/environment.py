"""Variables of people: the outside systems that know them."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class PeopleEnvironment(EnvironmentSettings):
    directory: OptionalPath = provider_file(
        "TOML file with the OpenID Connect provider through which officers sign in (see “Officers' sign-in”)"
    )
    register_file: OptionalPath = provider_file(
        "TOML file with the civil register that confirms identities (see “Levels of assurance”); without it "
        "only counters do",
        alias="KINI_REGISTER",
        sandbox="register",
    )
