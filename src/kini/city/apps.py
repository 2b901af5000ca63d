from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CityConfig(AppConfig):
    name = "kini.city"
    verbose_name = _("City")
    label = "city"

    def ready(self) -> None:
        from kini.api.routing import Part, parts
        from kini.city import api, atlas, locating, privacy
        from kini.city.checks import check_city, pack_checks
        from kini.city.spots import places_of, spot_sources
        from kini.core import retention
        from kini.core.held import early

        parts.register("city", Part("The city", api.router))
        pack_checks.register("city", check_city)
        pack_checks.register("city.privacy", privacy.check_privacy)
        retention.term_sources.register("city", privacy.terms)
        spot_sources.register("places", places_of)
        early.register("areas", atlas.atlas)
        early.register("ground", locating.ground)
