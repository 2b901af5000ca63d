"""Public words of reports."""

from kini.cases.models import Case
from kini.cases.public import case_answers
from kini.city.public import pack
from kini.reports.masking import mask_text
from kini.services.public import snapshot_of

LONGEST_TEXT = 4000


def masked(text: str) -> str:
    """Text for the public without numbers, plates and addresses of mail. Forms send lines with another ending."""
    return mask_text("\n".join(text.splitlines()), pack.current().number_plates)


def words_of(case: Case) -> str:
    """Reporter's words, masked: the first answer of type longtext, else of type text that is no part of a profile."""
    answers, fields = case_answers.of_case(case), snapshot_of(case.version).fields
    for sort in ("longtext", "text"):
        for name, field in fields.items():
            if field.type == sort and field.profile is None and answers.get(name):
                return masked(str(answers[name])).strip()[:LONGEST_TEXT]
    return ""
