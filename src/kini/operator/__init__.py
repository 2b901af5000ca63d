"""Operator's pages: read-only tables about the state of the platform.

A restricted Django admin: nothing can be added, changed or deleted, no personal data is shown, and lists stay fast for
tables of any size. The pages exist only below KINI_OPERATOR_PATH, for accounts added with `./kini operator add` that
passed the second step in this session; all others get 404. Rooms register their tables with `site`.
"""
