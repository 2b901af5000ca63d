"""An outside package: the city's library lends books. It adds a kind of service, `loan`, and changes nothing in Kini.

Switched on with KINI_PLUGINS=tests.plugin_library; its service and flow (pack/) go into the city's pack.
"""
