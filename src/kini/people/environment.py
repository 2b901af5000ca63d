"""Variables of people: the outside systems that know them."""

from kini.core.environment_settings import EnvironmentSettings, OptionalPath, provider_file


class PeopleEnvironment(EnvironmentSettings):
    directory: OptionalPath = provider_file(
        'TOML file that names the OpenID Connect provider by which officers sign in (see "How officers sign in")'
    )
    register_file: OptionalPath = provider_file(
        "TOML file that names the register of persons that confirms identities (see “Levels of assurance”); without it "
        "only counters do",
        alias="KINI_REGISTER",
        sandbox="register",
    )
