"""Variables of the environment: the base class of every room's `environment.py`, their check and their description.

A room declares its variables as the fields of a class, in a file that needs neither Django nor a database:

    class PetsEnvironment(EnvironmentSettings):
        pets_limit: int = Field(10, ge=1, description="most pets of one person")  # KINI_PETS_LIMIT

and reads them by `PetsEnvironment.current().pets_limit`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from django.conf import settings
from pydantic import AfterValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kini.core.command_line import OperatorError

if TYPE_CHECKING:
    from kini.core.environment import Environment

PREFIX = "KINI_"


class InvalidEnvironment(OperatorError):
    """The environment is invalid; the message says what to do."""


class EnvironmentSettings(BaseSettings):
    """Variables that one room reads, each named KINI_ and its field unless an alias says otherwise.

    Every field has a description for operators (Markdown); it becomes a row of docs/operators.md. Empty variables count
    as missing. Values are never shown in errors, since they may be secrets.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        case_sensitive=False,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the process's environment alone: no files beside it."""
        return (init_settings, env_settings)

    def conflicts(self, program: "Environment") -> Iterable[str]:
        """Errors of these variables together with those of the program; by default there are none."""
        return ()

    @classmethod
    def current(cls) -> Self:
        """Values of this process."""
        own: Self = settings.ENV.of(cls)
        return own


#: Path of a file or folder; None without the variable.
OptionalPath = Annotated[Path | None, AfterValidator(lambda path: path and path.resolve())]


def provider_file(description: str, *, alias: str | None = None, sandbox: str = "") -> Any:
    """Declare a variable that names a TOML file of providers (core/provider_config.py).

    Args:
        sandbox: name of the sandbox that writes the file in a demo (core/sandboxes.py).
    """
    return Field(None, alias=alias, description=description, json_schema_extra={"sandbox": sandbox})


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared variable, with its description for operators (Markdown) and the sandbox that it belongs to."""

    name: str
    description: str
    sandbox: str = ""


def declared(classes: Iterable[type[EnvironmentSettings]]) -> Iterator[Variable]:
    """Variables of these classes in their order; a variable of several fields once."""
    names = set()
    for each in classes:
        for field, info in each.model_fields.items():
            if (name := variable_name(field, info)) not in names:
                names.add(name)
                extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
                yield Variable(name, info.description or "", str(extra.get("sandbox", "")))


def variable_name(field: str, info: FieldInfo) -> str:
    return info.alias or f"{PREFIX}{field.upper()}"


def faults(invalid: ValidationError, settings_class: type[EnvironmentSettings]) -> list[str]:
    """Each error as the name of the variable and what is wrong with it, without its value."""
    return [_fault(error["loc"], error["msg"], settings_class) for error in invalid.errors(include_input=False)]


def _fault(location: tuple[int | str, ...], message: str, settings_class: type[EnvironmentSettings]) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    if not location:  # a check of several variables, which names them
        return text
    place = str(location[0])
    info = settings_class.model_fields.get(place)
    return f"{variable_name(place, info) if info else place} {text}"
