"""Generated upload bombs: small files that are expensive to open. Each once stopped a web server."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image


def progressive_jpeg(scans: int = 3000) -> bytes:
    """Progressive JPEG of 48 megapixels whose last scan is repeated; each costs a pass over the image."""
    target = io.BytesIO()
    Image.new("RGB", (8000, 6000), "navy").save(target, "JPEG", progressive=True, quality=30)
    content = target.getvalue()
    last, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:end] + content[last:end] * scans + content[end:]


def allowed_scans_jpeg() -> bytes:
    """JPEG with the maximum accepted number of scans and pixels: only the time limit stops it."""
    target = io.BytesIO()
    noise = Image.effect_noise((2900, 2900), 90).convert("RGB")
    noise.save(target, "JPEG", progressive=True, quality=40)
    content = target.getvalue()
    last, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    scan = content[last:end]
    return content[:end] + scan * min(85, (9_900_000 - len(content)) // len(scan)) + content[end:]


def png_of_49_megapixels() -> bytes:
    """PNG of one colour: 150 MB of pixels in 150 kB."""
    side = 7000
    rows = zlib.compressobj(9)
    row = b"\0" + bytes(3 * side)
    data = b"".join(rows.compress(row) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = (_chunk(b"IHDR", head), _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def webp_of_49_megapixels() -> bytes:
    """WebP of one colour with 49 megapixels."""
    target = io.BytesIO()
    Image.new("RGB", (7000, 7000), "navy").save(target, "WEBP", method=0, quality=1)
    return target.getvalue()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def pdf_object_stream(numbers: int = 9_900_000) -> bytes:
    """PDF with one object stream: an array of millions of numbers in some kilobytes."""
    return _pdf(objects=b"[" + b"0 " * numbers + b"]")


def pdf_many_objects(count: int = 29_000) -> bytes:
    """PDF with an object stream of the maximum number of objects, each of nested dictionaries."""
    head, body = [], []
    at = 0
    for number in range(count):
        thing = b"<</A<</B<</C[1 2 3]>>>>>> "
        head.append(f"{number + 10} {at}")
        body.append(thing)
        at += len(thing)
    index = (" ".join(head) + " ").encode()
    return _pdf(objects=index + b"".join(body), first=len(index), count=count)


def pdf_hexadecimal(size: int = 4_500_000) -> bytes:
    """PDF with a hexadecimal string of 9 MB."""
    return _pdf(extra=b"<</Note <" + b"41" * size + b">>>")


def pdf_nested(depth: int = 900_000) -> bytes:
    """PDF with deeply nested arrays."""
    return _pdf(extra=b"[" * depth + b"]" * depth)


def pdf_many_small_streams(count: int = 200) -> bytes:
    """PDF with many object streams, each below the limit for one."""
    packed = zlib.compress(b"10 0 [" + b"0 " * 1_900_000 + b"]", 9)
    streams = [
        b"<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed)
        for _number in range(count)
    ]
    return _assembled([b"<</Type/Catalog/Pages 2 0 R>>", _PAGES, _PAGE, *streams], [(4 + n, 0) for n in range(count)])


_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>"


def _pdf(*, objects: bytes = b"", first: int = 0, count: int = 1, extra: bytes = b"null") -> bytes:
    """PDF of one page with an additional object, or an object stream with objects from number 10 on."""
    things = [b"<</Type/Catalog/Pages 2 0 R>>", _PAGES, _PAGE, extra]
    if not objects:
        return _assembled(things, [])
    if not first:
        objects, first = b"10 0 " + objects, 5
    packed = zlib.compress(objects, 9)
    stream = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n" % (count, first, len(packed))
    return _assembled([*things, stream + packed + b"\nendstream"], [(5, n) for n in range(count)])


def _assembled(things: list[bytes], inside: list[tuple[int, int]]) -> bytes:
    """Assemble a PDF of objects from number 1 on, with a cross-reference stream.

    Args:
        inside: (object stream, index) of each object in an object stream.
    """
    base = max(10, len(things) + 2)
    content, places = b"%PDF-1.7\n", []
    for number, thing in enumerate(things, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    start, own = len(content), len(things) + 1
    rows = [(1, at, 0) for at in [*places, start]] + [(2, stream, place) for stream, place in inside]
    table = zlib.compress(b"".join(struct.pack(">BIH", kind, at, rest) for kind, at, rest in rows), 9)
    index = f"1 {own} {base} {len(inside)}" if inside else f"1 {own}"
    content += (
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Index[%b]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n"
        % (own, base + len(inside) + 1, index.encode(), len(table))
    )
    return content + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


#: Bombs by name: file extension and generator.
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "progressive JPEG, last scan repeated": ("jpg", progressive_jpeg),
    "JPEG with as many scans as are taken": ("jpg", allowed_scans_jpeg),
    "PNG of 49 megapixels": ("png", png_of_49_megapixels),
    "WebP of 49 megapixels": ("webp", webp_of_49_megapixels),
    "PDF with millions of numbers in an object stream": ("pdf", pdf_object_stream),
    "PDF with 29,000 objects in an object stream": ("pdf", pdf_many_objects),
    "PDF with many object streams": ("pdf", pdf_many_small_streams),
    "PDF with 9 MB of hexadecimal digits": ("pdf", pdf_hexadecimal),
    "PDF of arrays in arrays": ("pdf", pdf_nested),
}
