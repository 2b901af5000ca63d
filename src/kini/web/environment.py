"""Variables of the pages: the service worker, the contact for security reports."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from kini.core.environment_settings import EnvironmentSettings


def _contact(text: str) -> str:
    """Check the URI of a contact (RFC 9116, 2.5.3)."""
    if text and not text.startswith(("mailto:", "https://", "tel:")):
        raise ValueError('must read like "mailto:security@kini.example" or "https://kini.example/security"')
    return text


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError('must read like "2027-06-30"') from None


class WebEnvironment(EnvironmentSettings):
    service_worker: bool = Field(
        True,
        alias="KINI_WORKER",
        description="`off` removes the service worker from every phone (see “The app on the phone”); otherwise "
        "phones keep pages and answers while they are offline",
    )
    security_contact: Annotated[str, AfterValidator(_contact)] = Field(
        "",
        description="contact for reports of vulnerabilities (`mailto:security@kini.example`), shown at "
        "`/.well-known/security.txt` (RFC 9116); without a contact there is no such file",
    )
    security_expires: Annotated[date | None, BeforeValidator(_day)] = Field(
        None, description="the day on which that contact expires (`2027-06-30`; by default half a year from today)"
    )
