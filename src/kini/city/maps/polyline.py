"""Google's encoded polyline: integers as printable text, about three characters for a point of a map. Pure."""

from collections.abc import Iterator, Sequence

from kini.city.maps.topology import Node


def encode_line(nodes: Sequence[Node]) -> str:
    """Encode points on a grid by the differences of their x and y."""
    text, before = "", (0, 0)
    for node in nodes:
        text += _encode(node[0] - before[0]) + _encode(node[1] - before[1])
        before = node
    return text


def decode_line(text: str) -> list[Node]:
    """Decode `encode_line`.

    Raises:
        ValueError: the text is cut off or has other characters.
    """
    numbers = list(_decode(text))
    if len(numbers) % 2:
        raise ValueError("an encoded line ends within a point")
    nodes, x, y = [], 0, 0
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        nodes.append((x, y))
    return nodes


def _encode(number: int) -> str:
    rest = number << 1 if number >= 0 else ~(number << 1)
    text = ""
    while rest >= 0x20:
        text += chr((0x20 | rest & 0x1F) + 63)
        rest >>= 5
    return text + chr(rest + 63)


def _decode(text: str) -> Iterator[int]:
    number = shift = 0
    for character in text:
        bits = ord(character) - 63
        if not 0 <= bits < 64:
            raise ValueError(f"an encoded line has the character {character!r}")
        number |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            yield ~(number >> 1) if number & 1 else number >> 1
            number = shift = 0
    if shift:
        raise ValueError("an encoded line is cut off")
