"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.city import area_lookup as area_lookup
from kini.city import area_maps as area_maps
from kini.city import geocoding as geocoding
from kini.city import minimap as minimap
from kini.city import pack as pack
from kini.city import privacy as privacy
from kini.city.city_cache import AUDIT_SUBJECT as AUDIT_SUBJECT
from kini.city.city_cache import city_tables as city_tables
from kini.city.minimap import Minimap as Minimap
from kini.city.minimap import build_minimap as build_minimap
from kini.city.pack import current as current
from kini.city.pack import load_city as load_city
from kini.city.pack_checks import check_pack as check_pack
from kini.city.pack_checks import pack_checks as pack_checks
from kini.city.pack_tables import read_pack_tables as read_pack_tables
from kini.city.point_sources import NamedPoint as NamedPoint
from kini.city.point_sources import point_sources as point_sources
from kini.city.point_sources import points_of_kind as points_of_kind
from kini.city.schema import WEEKDAYS as WEEKDAYS
from kini.city.schema import Code as Code
from kini.city.schema import Id as Id
from kini.city.schema import Latitude as Latitude
from kini.city.schema import Longitude as Longitude
from kini.city.schema import Span as Span
from kini.city.schema import StrictModel as StrictModel
from kini.city.schema import Week as Week
