"""Registries: one per extension point, used by the rooms themselves and by plug-ins."""

from collections.abc import Iterable, Iterator


class Registry[T]:
    """Named items of one type, in order of registration.

    Rooms and plug-ins register in `AppConfig.ready`, so a registry is complete before the first request.
    """

    def __init__(self, label: str) -> None:
        self.what = label
        self._items: dict[str, T] = {}

    def register(self, name: str, item: T) -> T:
        """Add `item` under `name`.

        Raises:
            ValueError: when the name is taken.
        """
        if name in self._items:
            raise ValueError(f'The {self.what} "{name}" is registered twice: {self._items[name]!r} and {item!r}.')
        self._items[name] = item
        return item

    def get(self, name: str) -> T:
        """Return the item of that name.

        Raises:
            LookupError: with the names that exist.
        """
        try:
            return self._items[name]
        except KeyError:
            raise LookupError(f'There is no {self.what} "{name}"; there are: {", ".join(self._items)}.') from None

    def find(self, name: str) -> T | None:
        return self._items.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(self._items)

    def items(self) -> Iterable[tuple[str, T]]:
        return self._items.items()

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)
