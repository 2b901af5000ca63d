"""Variables of the noticeboard."""

from typing import Annotated

from pydantic import AfterValidator, Field

from kini.core.environment_settings import EnvironmentSettings


def _address(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ValueError('must read like "https://press.example/notices"')
    return url


class NoticeboardEnvironment(EnvironmentSettings):
    noticeboard_press: Annotated[str, AfterValidator(_address)] = Field(
        "", description="address to which notices are sent, one POST with JSON for each"
    )
