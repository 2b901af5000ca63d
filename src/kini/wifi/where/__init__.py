"""Moved to `kini.wifi.planning`.

`wishing` is what somebody asks for, `places` are those that may be chosen, `ground` spreads people over the city and
says who can walk where, `solving` chooses (by `apart`, in a process of its own, for what it loads is large),
`reckoning` puts these together, `desk` shows what came of it.
"""
