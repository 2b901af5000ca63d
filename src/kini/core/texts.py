"""Text in the languages of a city, as it stands in the pack's files."""

from typing import Annotated, Any

from django.utils import translation
from pydantic import BeforeValidator, Field, RootModel

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")]


def _one_for_all(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


class Text(RootModel[Annotated[dict[str, str], BeforeValidator(_one_for_all)]]):
    """One text in some languages: {id: Akta kelahiran, en: Birth certificate}, or a plain string for all of them."""

    def in_language(self, language: str) -> str:
        """The text in that language, else in the first language it is written in."""
        texts = self.root
        return texts.get(language) or texts.get(language.split("-")[0]) or next(iter(texts.values()), "")

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self.root)

    def __str__(self) -> str:
        return self.in_language(translation.get_language() or "")

    def __bool__(self) -> bool:
        return any(self.root.values())
