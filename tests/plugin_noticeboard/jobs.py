"""Work of the noticeboard that follows a commit."""

from kini.core.events import subscribe
from kini.exchange import outbox
from tests.plugin_noticeboard.events import NoticePosted
from tests.plugin_noticeboard.models import Notice


@subscribe(NoticePosted, name="noticeboard.tell_press")
def tell_press(event: NoticePosted) -> None:
    """Put a notice into the outbox; once, as the key is the notice's."""
    if notice := Notice.objects.filter(pk=event.notice).first():
        payload = {"notice": notice.pk, "title": notice.title, "text": notice.text}
        outbox.put("press", subject=f"notice:{notice.pk}", key=f"{notice.pk}", payload=payload)
