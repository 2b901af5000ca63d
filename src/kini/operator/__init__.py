"""Operator: tables about how the platform does, for those who run it.

They are Django's own admin, cut down: nothing can be added, changed or deleted, nobody's personal data is shown, and a
list stays fast however long its table is. The pages exist only at the address that the environment gives
(KINI_OPERATOR_PATH), for accounts that `./kini operator add` named, once they took their second step in this session;
for everybody else there is nothing there. Rooms register their tables with `site`.
"""
