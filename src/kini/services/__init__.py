"""Services of a city as data: definitions, their versions, questions, search, and the catalogue's pages.

A file in the pack defines questions, documents, flow, agency, deadline and fee of a service. Kinds of services are
plug-ins that register themselves (kinds.py).
"""
