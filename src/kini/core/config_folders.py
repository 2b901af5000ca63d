"""Folders of a pack with files of one model: read all or none, or checked file by file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from kini.core.config_files import ConfigError, ConfigErrors, KeyPath, parse_model, read_source_file
from kini.core.localized_text import missing_translations

type OwnErrors[M] = Callable[[M], Iterable[tuple[KeyPath, str]]]


def read_folder[M: BaseModel](root: Path, folder: str, model: type[M], own_errors: OwnErrors[M]) -> dict[str, M]:
    """Return the content of the files of `root`/`folder` by their names.

    Args:
        own_errors: places and messages of what the model alone does not find.

    Raises:
        ConfigErrors: a file is invalid.
    """
    by_name: dict[str, M] = {}
    errors: list[ConfigError] = []
    for path in sorted((root / folder).glob("*.yaml")):
        source = read_source_file(path, root)
        content = parse_model(source, model)
        errors += (source.error_at(place, message) for place, message in own_errors(content))
        by_name[path.stem] = content
    if errors:
        raise ConfigErrors(errors)
    return by_name


def check_folder[M: BaseModel](
    root: Path, folder: str, model: type[M], own_errors: OwnErrors[M], languages: Sequence[str]
) -> Iterator[ConfigError]:
    """Yield all errors of the files of `root`/`folder`, and the texts that lack a language."""
    for path in sorted((root / folder).glob("*.yaml")):
        try:
            source = read_source_file(path, root)
            content = parse_model(source, model)
        except ConfigErrors as error:
            yield from error.errors
            continue
        yield from missing_translations(source, content, languages)
        yield from (source.error_at(place, message) for place, message in own_errors(content))
