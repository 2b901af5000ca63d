"""Officers' pages: undelivered messages, letters to mail, preview of message texts."""

from collections.abc import Callable, Iterable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.city.public import pack
from kini.core.actors import Actor
from kini.messages import actions, message_texts, queries, rules
from kini.messages.channels.base import channels
from kini.messages.message_types import MessageType, message_types
from kini.messages.models import Delivery, Message
from kini.messages.permissions import MessagePermission
from kini.people import actions as people_actions
from kini.people.public import AccessType, DataRead, access_purposes
from kini.people.queries import actor_for
from kini.people.rules import require_somewhere

PER_PAGE = 20


def message_officers_only[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Restrict a view to officers with SEE_MESSAGES in some scope; queries narrow the content to their grants."""

    @wraps(view)
    def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        assert isinstance(request, HttpRequest)
        require_somewhere(actor_for(request), MessagePermission.SEE_MESSAGES)
        return view(*args, **kwargs)

    return never_cache(login_required(inside))


@message_officers_only
@require_safe
def undelivered(request: HttpRequest) -> HttpResponse:
    """Undelivered messages with reasons, and letters to mail."""
    actor = actor_for(request)
    page = Paginator(queries.undelivered(actor), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(each, _labelled_deliveries(each)) for each in page]
    letters = list(queries.letters_to_print(actor))
    _log_messages(actor, [*page, *(each.message for each in letters)])
    context = {"page": page, "rows": rows, "letters": letters}
    return render(request, "messages/desk_dead.html", context)


def _labelled_deliveries(message: Message) -> list[tuple[str | Promise, Delivery]]:
    deliveries = message.deliveries.all()
    return [(channels.get(each.channel).label, each) for each in deliveries if each.channel in channels]


def _log_messages(actor: Actor, read: Iterable[Message]) -> None:
    """Log the officer's access to these messages."""
    reads = [DataRead(resident) for resident in queries.residents_of(read)]
    people_actions.log_reads(by=actor, what=AccessType.MESSAGE, reads=reads, purpose=access_purposes.CONTACT)


@message_officers_only
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Retry all channels."""
    actor = actor_for(request)
    actions.retry(by=actor, message=get_object_or_404(queries.undelivered(actor), pk=pk))
    messages.success(request, _("The message will be sent again."))
    return redirect("messages:dead")


@message_officers_only
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a message: the officer informed the person in another way."""
    actor = actor_for(request)
    actions.mark_settled(by=actor, message=get_object_or_404(queries.undelivered(actor), pk=pk))
    messages.success(request, _("The message was removed from the list."))
    return redirect("messages:dead")


@message_officers_only
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Printable letter."""
    actor = actor_for(request)
    delivery = get_object_or_404(queries.letters_to_print(actor), pk=pk)
    message = delivery.message
    _log_messages(actor, [message])
    with translation.override(message.language):
        return render(request, "messages/desk_letter.html", {"delivery": delivery, "resident": message.resident})


@message_officers_only
@require_POST
def posted(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a letter as mailed."""
    actor = actor_for(request)
    actions.mark_posted(by=actor, delivery=get_object_or_404(queries.letters_to_print(actor), pk=pk))
    messages.success(request, _("The letter was marked as posted."))
    return redirect("messages:dead")


@message_officers_only
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """Preview of all message texts in the city's languages, with example values."""
    languages = pack.current().languages
    previews = [(each, [_preview(each, language) for language in languages]) for each in message_types]
    return render(request, "messages/desk_preview.html", {"previews": previews})


def _preview(message_type: MessageType, language: str) -> tuple[str, message_texts.RenderedMessage, int]:
    """Language, message with example values, and its SMS length in septets."""
    with translation.override(language):
        examples = {name: str(example) for name, example in message_type.words.items()}
        rendered = message_texts.render_message(message_type, examples)
    return language, rendered, rules.count_septets(rendered.short)
