"""Public side of copied reports: versions with their photos, answers of the reporters, audits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from kini.cases.models import Attachment, Case
from kini.core import current_time
from kini.demo.content import demo_content
from kini.people.models import Officer
from kini.reports.models import Audit, ClosingAnswer, Publication, PublicPhoto, PublicVersion
from kini.reports.public import words_of
from kini.reports.rules import cell_of

#: Share of the reporters who confirm a closing or cannot tell, and of audits: of the silent, and of disputed closings.
CONFIRMED, CANNOT_TELL, AUDITED, FAILED = 0.32, 0.04, 0.05, 0.3
#: Days after a closing: the reporter's silence ends and the audit is drawn; at the latest, the auditor was there.
DRAWN_AFTER, DONE_AFTER = 15, 22


def publish_copies(copies: Sequence[tuple[Case, int]], documents: Sequence[tuple[Case, Attachment]]) -> None:
    """Store what the public sees of copies as it sees their originals, and what became of their closings.

    Args:
        copies: each case with the key of its original.
        documents: of all copies, each copy's in the order of its original's.
    """
    related = ("current__before", "current__after")
    originals = Publication.objects.select_related(*related).in_bulk({source for _case, source in copies})
    mine: dict[int, list[Attachment]] = defaultdict(list)
    for case, document in documents:
        mine[case.pk].append(document)
    names = _document_keys(originals)
    publications, photos, versions = [], [], []
    for case, source in copies:
        shown = originals[source].current  # none while the original waits; its copy is shown without a photo
        publication = _publication(case)
        copied = dict(zip(names[source], mine[case.pk], strict=True))
        originals_photos = (shown.before, shown.after) if shown else (None, None)
        pair = [_photo(publication, each, copied) if each else None for each in originals_photos]
        publications.append(publication)
        photos += [each for each in pair if each]
        version = PublicVersion(publication=publication, number=1, text=words_of(case), edited=False)
        version.before, version.after = pair
        version.by_id = shown.by_id if shown else None
        versions.append(version)
    Publication.objects.bulk_create(publications)
    PublicPhoto.objects.bulk_create(photos)
    for version in versions:  # the keys of the photos are known now
        version.before, version.after = version.before, version.after
    PublicVersion.objects.bulk_create(versions)
    for publication, version in zip(publications, versions, strict=True):
        publication.state, publication.current = Publication.RELEASED, version
    Publication.objects.bulk_update(publications, ["state", "current"])
    close_copies(copies, originals)


def _document_keys(originals: dict[int, Publication]) -> dict[int, list[object]]:
    keys: dict[int, list[object]] = {source: [] for source in originals}
    for case in Case.objects.filter(pk__in=originals).prefetch_related("documents"):
        keys[case.pk] = [each.pk for each in case.documents.all()]
    return keys


def _publication(case: Case) -> Publication:
    assert case.latitude is not None
    assert case.longitude is not None
    return Publication(
        case=case,
        service_id=case.service_id,
        latitude=case.latitude,
        longitude=case.longitude,
        cell=cell_of(case.latitude, case.longitude),
        area_path=case.area_path,
        opened_at=case.opened_at,
        outcome=case.outcome,
        closed_at=case.closed_at,
        state=Publication.WAITING,
    )


def _photo(publication: Publication, original: PublicPhoto, copied: dict[object, Attachment]) -> PublicPhoto:
    return PublicPhoto(
        publication=publication,
        source=copied[original.source_id],
        areas=original.areas,
        sha256=original.sha256,
        size=original.size,
        by_id=original.by_id,
    )


def close_copies(copies: Sequence[tuple[Case, int]], originals: Mapping[int, Case] | Mapping[int, Publication]) -> None:
    """Store answers of the reporters, the disputes of the originals, and audits by officers of other agencies.

    Args:
        copies: each report with the key of its original.
        originals: by key, whatever tells when it was opened.
    """
    disputes: dict[int, list[ClosingAnswer]] = defaultdict(list)
    for answer in ClosingAnswer.objects.filter(case__in=originals, answer=ClosingAnswer.NOT_SOLVED):
        disputes[answer.case_id].append(answer)
    officers = list(Officer.objects.filter(active=True).order_by("pk").values_list("user", "agency"))
    answers, audits = [], []
    for case, source in copies:
        rng = Random(case.reference)  # noqa: S311 -- made-up data
        auditor = rng.choice([user for user, agency in officers if agency != case.agency_id] or [officers[0][0]])
        earlier = originals[source].opened_at - case.opened_at
        for each in disputes[source]:
            closed_at = each.closed_at - earlier
            at = min(each.at - earlier, case.state_since)
            answers.append(ClosingAnswer(case=case, closed_at=closed_at, answer=each.answer, at=at))
            if rng.random() < FAILED:
                audits.append(
                    Audit(
                        case=case, closed_at=closed_at, cause=Audit.DISPUTED, **_found(Audit.FAILED, auditor, at, rng)
                    )
                )
        if case.closed_at is None or case.outcome != "solved":
            continue
        chance = rng.random()
        if chance < CONFIRMED + CANNOT_TELL:
            word = ClosingAnswer.SOLVED if chance < CONFIRMED else ClosingAnswer.CANNOT_TELL
            at = case.closed_at + timedelta(hours=rng.uniform(1, 90))
            answers.append(ClosingAnswer(case=case, closed_at=case.closed_at, answer=word, at=at))
        elif chance > 1 - AUDITED:
            at, now = case.closed_at + timedelta(days=rng.uniform(DRAWN_AFTER, DONE_AFTER)), current_time.now()
            found = {} if at > now else _found(Audit.PASSED, auditor, at, rng)
            if case.closed_at < now - timedelta(days=DRAWN_AFTER):
                audits.append(Audit(case=case, closed_at=case.closed_at, cause=Audit.RANDOM, **found))
    ClosingAnswer.objects.bulk_create(answers)
    Audit.objects.bulk_create(audits)


def _found(result: str, auditor: int, at: object, rng: Random) -> dict[str, object]:
    key = "audit.failed" if result == Audit.FAILED else "audit.passed"
    return {"result": result, "by_id": auditor, "at": at, "note": demo_content().text([key, "report"], rng)}
