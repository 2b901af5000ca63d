"""Variables of the operator's pages."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from kini.core.environment_settings import EnvironmentSettings


def parse_path(text: str) -> str:
    """Parse a URL path; returns it without slashes around it.

    Raises:
        ValueError: when it is invalid.
    """
    path = text.strip("/")
    if not re.fullmatch(r"([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?", path):
        raise ValueError('must read like "engine-room-7c1e": letters, digits, - and _')
    return path


class OperatorEnvironment(EnvironmentSettings):
    operator_path: Annotated[str, AfterValidator(parse_path)] = Field(
        "",
        description="path of the operator's pages (`engine-room-7c1e`, for `https://YOUR-CITY/engine-room-7c1e/`); "
        "without it they do not exist",
    )
