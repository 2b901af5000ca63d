"""Jobs: certificates follow changes of their doses."""

from kini.core.actors import system
from kini.core.events import subscribe
from kini.vaccination.certificates import actions
from kini.vaccination.doses.models import Dose
from kini.vaccination.events import DoseChanged

BY = system("certificates")


@subscribe(DoseChanged, name="vaccination.certificates_follow_dose")
def certificates_follow_dose(event: DoseChanged) -> None:
    """Revoke the certificate of a changed dose; a standing dose of the same person gets a new one."""
    dose = Dose.objects.filter(pk=event.dose).first()
    if dose is not None:
        actions.follow_dose(by=BY, dose=dose, person=event.person)
