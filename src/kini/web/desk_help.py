"""Help for officers: a few sentences on each page of the desk, for the entries of the rail that an officer has."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core.registry import Registry
from kini.web import navigation

#: Texts by the URL name of an entry of the desk's rail; a text is about that page and all below its address.
desk_help: Registry[Promise] = Registry("help of a desk page")


@dataclass(frozen=True, slots=True)
class HelpTopic:
    """Help on one page of the rail."""

    url: str
    label: str
    text: str


def register_help(texts: Mapping[str, Promise]) -> None:
    """Register the help texts of a room by URL name."""
    for url_name, text in texts.items():
        desk_help.register(url_name, text)


@never_cache
@require_safe
def desk_help_page(request: HttpRequest) -> HttpResponse:
    """Show the help on the page that the officer comes from (`page`), then that on the other pages of their rail."""
    addresses = navigation.visible_names(request, "desk")
    if not addresses:
        raise Http404
    labels = {item.url_name: item.label for item in reversed(list(navigation.navigation))}
    topics = [
        HelpTopic(url, str(labels[name]), str(desk_help.get(name)))
        for name, url in addresses.items()
        if name in desk_help
    ]
    page = request.GET.get("page", "")
    here = max((each for each in topics if page.startswith(each.url)), key=lambda each: len(each.url), default=None)
    return render(request, "web/desk_help.html", {"here": here, "others": [each for each in topics if each != here]})
