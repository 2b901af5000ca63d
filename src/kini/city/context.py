"""Context processor of the city."""

from django.http import HttpRequest

from kini.city import pack
from kini.city.pack import City


def city(request: HttpRequest) -> dict[str, City]:
    """Context processor: the city as `city`."""
    return {"city": pack.current()}
