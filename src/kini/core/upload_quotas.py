"""Hourly limits on uploads, by files and bytes: per account, for guests per network."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import ngettext

from kini.core import attempt_limits, security_log
from kini.core.attempt_limits import Limit, TooManyAttempts
from kini.core.client_address import client_network
from kini.core.files import Upload

HOUR = 3600
#: An officer at a counter sends documents of many people.
ACCOUNT = (Limit("core.upload-files", 500, HOUR), Limit("core.upload-bytes", 600_000_000, HOUR))
#: A provider may put a whole neighbourhood behind one address.
NETWORK = (Limit("core.guest-upload-files", 100, HOUR), Limit("core.guest-upload-bytes", 300_000_000, HOUR))


class TooManyUploads(TooManyAttempts):
    """Too many uploads in this hour; try again after `wait` seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        minutes = -(-self.wait // 60)
        self.args = (
            ngettext(
                "You have reached the hourly limit for files. Send more in {minutes} minute.",
                "You have reached the hourly limit for files. Send more in {minutes} minutes.",
                minutes,
            ).format(minutes=minutes),
        )


def count_uploads(request: HttpRequest, uploads: Iterable[Upload], *, user: int | None) -> None:
    """Count uploads before they are opened, outside of the transaction that may refuse them.

    Args:
        user: id of the account; None for a guest.

    Raises:
        TooManyUploads: when they exceed the limit.
    """
    if user:
        count_account_uploads(user, uploads)
    else:
        _count(NETWORK, client_network(request), uploads)


def count_account_uploads(user: int, uploads: Iterable[Upload]) -> None:
    """Count an account's uploads that arrive without a request of its own.

    Raises:
        TooManyUploads: as `require`.
    """
    _count(ACCOUNT, str(user), uploads)


def _count(both: tuple[Limit, Limit], key: str, uploads: Iterable[Upload]) -> None:
    sizes = [upload.size or 0 for upload in uploads]
    if not sizes:
        return
    for limit, amount in zip(both, (len(sizes), sum(sizes)), strict=True):
        within, _left, wait = attempt_limits.consume_many(limit, key, amount)
        if within < amount:
            security_log.report("limit-reached", limit=limit.name)
            raise TooManyUploads(wait)
