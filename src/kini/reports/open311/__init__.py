"""Open311 GeoReport v2: public reports read and filed by programs of others, in the protocol that cities share.

The text of the specification wins over its examples and its Swagger file (wiki.open311.org/GeoReport_v2).
"""
