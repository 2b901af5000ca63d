"""Areas, agencies, their units, and places. All rows come from the city pack."""

from django.db import models

from kini.core.localized_text import Text

ON_EARTH = models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180)


class Area(models.Model):
    """Administrative area: the city, a district, a ward. `path`: the codes from the city down to it, joined by "/"."""

    code = models.CharField(max_length=20, primary_key=True)
    level = models.CharField(max_length=30)
    depth = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = models.CharField(max_length=120, unique=True)
    latitude = models.FloatField(help_text="Of a point on land, WGS 84, degrees.")
    longitude = models.FloatField(help_text="Of a point on land, WGS 84, degrees.")
    km2 = models.FloatField(null=True)
    population = models.PositiveIntegerField(null=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=ON_EARTH, name="city_area_on_earth"),
            models.CheckConstraint(
                condition=models.Q(path__endswith=models.F("code")), name="city_area_path_ends_in_code"
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True, depth=0, path=models.F("code"))
                | models.Q(parent__isnull=False, depth__gt=0),
                name="city_area_only_the_whole_has_no_parent",
            ),
            models.CheckConstraint(condition=models.Q(km2__gt=0), name="city_area_has_a_size"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaBoundary(models.Model):
    """Official boundary of an area, loaded by `./kini city map`; it takes the place of the pack's outline."""

    area = models.OneToOneField(Area, models.CASCADE, primary_key=True, related_name="boundary")
    wkb = models.BinaryField(help_text="Polygon or multipolygon, WGS 84.")
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField(auto_now_add=True)


class MapLayer(models.Model):
    """Layer of maps (rail, roads ...), loaded by `./kini city map`; it takes the place of the pack's."""

    name = models.CharField(max_length=20, primary_key=True)
    document = models.TextField(help_text="As map/NAME.json of the pack.")
    loaded_at = models.DateTimeField(auto_now_add=True)


class Agency(models.Model):
    """Agency of the city that handles cases."""

    id = models.CharField(max_length=60, primary_key=True)
    name = models.JSONField(help_text="Text by language.")
    short_name = models.CharField(max_length=40)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.short_name

    @property
    def title(self) -> Text:
        """Full name, in the active language when rendered."""
        return Text(self.name)


class Unit(models.Model):
    """Unit of an agency in an area: a sub-office, a station, a crew's base; or, with a `type`, one of its facilities.

    A facility (a hospital, a laboratory) stands in an area and is not responsible for it: no case is routed to it.
    """

    id = models.CharField(max_length=90, primary_key=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="units")
    area = models.ForeignKey(Area, models.PROTECT)
    name = models.JSONField(help_text="Text by language.")
    phone = models.CharField(max_length=30, blank=True)
    type = models.CharField(
        max_length=40, blank=True, help_text='Of a facility: "hospital", "laboratory"; "": an office.'
    )
    latitude = models.FloatField(null=True, help_text="Of a facility, WGS 84, degrees.")
    longitude = models.FloatField(null=True, help_text="Of a facility, WGS 84, degrees.")
    address = models.CharField(max_length=240, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["agency", "area"], name="city_unit_agency_area")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type="", latitude__isnull=True, longitude__isnull=True)
                | (~models.Q(type="") & models.Q(latitude__isnull=False, longitude__isnull=False) & ON_EARTH),
                name="city_unit_facility_on_earth",
            )
        ]

    def __str__(self) -> str:
        return str(Text(self.name))


class Place(models.Model):
    """Place to visit, such as a counter, a health centre or a market."""

    id = models.CharField(max_length=60, primary_key=True)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    area = models.ForeignKey(Area, models.PROTECT)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    address = models.CharField(max_length=240, blank=True)
    note = models.JSONField(default=dict, help_text="Text by language.")
    active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "area"], name="city_place_kind_area")]
        constraints = [models.CheckConstraint(condition=ON_EARTH, name="city_place_on_earth")]

    def __str__(self) -> str:
        return self.name
