from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CityConfig(AppConfig):
    name = "kini.city"
    verbose_name = _("City")
    label = "city"

    def ready(self) -> None:
        from kini.api.operations import ApiModule, api_modules
        from kini.city import actions, api, area_lookup, city_cache, privacy
        from kini.city.maps.base import base_map
        from kini.city.pack_checks import check_city, pack_checks
        from kini.city.point_sources import place_points, point_sources
        from kini.city.schema import AgencyFile, CalendarFile, CityFile
        from kini.city.schema_registry import file_schemas, model_schema
        from kini.core import preparation, retention
        from kini.core.process_cache import warmers

        api_modules.register("city", ApiModule("The city", api.router))
        pack_checks.register("city", check_city)
        pack_checks.register("city.privacy", privacy.check_privacy)
        for name, model in (("city", CityFile), ("calendar", CalendarFile), ("agencies", AgencyFile)):
            file_schemas.register(name, partial(model_schema, model))
        retention.term_sources.register("city", privacy.retention_terms)
        point_sources.register("places", place_points)
        preparation.steps.register("city", preparation.action_step(actions.load_pack_tables))
        warmers.register("areas", city_cache.city_tables)
        warmers.register("ground", area_lookup.area_shapes)
        warmers.register("map", base_map)
