"""Models of the room's parts, where Django looks for them."""

from kini.vaccination.doses.models import Dose, DoseDispute, DoseRevision
from kini.vaccination.sites.models import Lot, Site

__all__ = ["Dose", "DoseDispute", "DoseRevision", "Lot", "Site"]
