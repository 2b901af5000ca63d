"""Queries on evidence of reports."""

from django.db.models import Q

from kini.cases.models import Document


def used_before(document: Document) -> bool:
    """Return True if the same file or picture was uploaded before."""
    same = Q(source_sha256=document.source_sha256) | Q(sha256=document.sha256)
    return Document.objects.filter(same).exclude(pk=document.pk).exists()
