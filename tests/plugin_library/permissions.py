"""Permission that the plug-in brings."""

from kini.people.permissions import Permission


class LibraryPermission(Permission):
    WAIVE_FEES = "waive-fees", "waive fees for late books"
