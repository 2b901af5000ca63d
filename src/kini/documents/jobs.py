"""Job of signed documents: sign the waiting ones."""

from kini.core.actors import system
from kini.core.jobs import periodic
from kini.documents import actions, queries

BY = system("documents")


@periodic("*/10 * * * *", name="documents.sign_waiting")
def sign_waiting() -> None:
    """Sign waiting documents; one whose key or template fails does not stop the others."""
    for document in list(queries.unsigned_documents()):
        actions.sign_document(by=BY, document=document)
