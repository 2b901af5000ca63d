"""Registration of the public pages and officers' pages with the registries of the house."""

from kini.epidemic.spread import desk, line_list
from kini.epidemic.spread import jobs as jobs
from kini.people.public import access_types


def register() -> None:
    access_types.register(line_list.ACCESS_TYPE, line_list.ACCESS_LABEL)
    desk.register()
