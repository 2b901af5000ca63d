"""The manners of the JSON API: problems, pages, keys, limits, scopes. What it offers is brought by the rooms above.

A room writes its operations on a `Router` and registers it from its `AppConfig.ready`:

    parts.register("services", Part("Services", router))
"""
