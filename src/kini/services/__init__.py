"""What a city offers, as data: definitions, their versions, questions, search, and the catalogue's pages.

A file in the pack says what is asked, which documents, which steps, who decides, by when, for how much. Nothing here
knows a kind of service: kinds register themselves (kinds.py), from this house and from outside alike.
"""
