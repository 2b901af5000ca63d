"""Store perceptual hashes of the photos of a report."""

from kini.cases.models import Case
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.reports import photo_hashes, queries


@action
def hash_photos(*, by: Actor, case: Case) -> int:
    """Hash the photos of a report that have no hash yet; return the number of photos with one.

    Hashes are derived from the files and change nothing that anybody sees, so there is no audit entry.
    """
    require_system(by)
    return sum(photo_hashes.hash_photo(photo) is not None for photo in queries.photos_of(case))
