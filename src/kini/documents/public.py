"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.documents import signing_keys as signing_keys
from kini.documents import typesetting as typesetting
from kini.documents.data_signatures import InvalidDataSignature as InvalidDataSignature
from kini.documents.data_signatures import sign_data as sign_data
from kini.documents.data_signatures import signer_of as signer_of
from kini.documents.document_types import DocumentRetention as DocumentRetention
from kini.documents.document_types import DocumentType as DocumentType
from kini.documents.document_types import document_types as document_types
from kini.documents.pages import signed_file_response as signed_file_response
from kini.documents.retention import register_document_type as register_document_type
from kini.documents.typesetting import template_folders as template_folders
