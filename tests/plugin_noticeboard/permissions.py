"""Permission of the noticeboard; a role of the pack grants it (roles.yaml)."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class NoticeboardPermission(Permission):
    POST_NOTICES = "post-notices", _("post notices on the noticeboard")
