"""Look-ups beside FHIR: products of KFA, the dictionary of medicines, and the index of facilities."""

from collections.abc import Mapping, Sequence
from typing import Any

from kini.satusehat.sandbox.outcomes import Issue, Refused
from kini.satusehat.sandbox.store import Store

MOST_FACILITIES = 2000

type Query = Mapping[str, Sequence[str]]


def kfa_products(products: Sequence[Mapping[str, Any]], query: Query) -> dict[str, Any]:
    """Page of the products of a kind ("farmasi") whose name has all words."""
    page, size = _number(query, "page", 1), min(_number(query, "size", 100), 1000)
    words = query.get("keyword", [""])[0].casefold().split()
    kind = query.get("product_type", [""])[0]
    matching = [
        each
        for each in products
        if kind in ("", each["farmalkes_type"]["group"]) and all(word in each["name"].casefold() for word in words)
    ]
    data = matching[(page - 1) * size : page * size]
    return {"total": len(matching), "page": page, "size": size, "items": {"data": data}}


def kfa_product(products: Sequence[Mapping[str, Any]], query: Query) -> dict[str, Any]:
    """Product by its code."""
    identifier, code = query.get("identifier", [""])[0], query.get("code", [""])[0]
    key = {"kfa": "kfa_code", "nie": "nie"}.get(identifier)
    result = next((each for each in products if key and code and each.get(key) == code), None)
    if result is None:
        raise Refused(404, Issue(0, f"Product {code} is not in KFA", code="not-found"))
    return {"search_code": code, "search_identifier": identifier, "result": result}


def kfa_vaccine(code: str, name: str, manufacturer: str = "", group: str = "") -> dict[str, Any]:
    """Product of KFA."""
    return {
        "kfa_code": code,
        "name": name,
        "active": True,
        "state": "valid",
        "farmalkes_type": {"code": "vaksin", "name": "Vaksin", "group": "farmasi"},
        "dosage_form": {"code": "BS023", "name": "Injeksi"},
        "manufacturer": manufacturer,
        "nie": None,
        "product_template": {"kfa_code": group, "name": name} if group else {},
    }


def facilities(store: Store, query: Query) -> tuple[int, dict[str, Any]]:
    """Status and page of the index of facilities: the organizations of this server."""
    size, page = _number(query, "limit", 100), _number(query, "page", 1)
    if size > MOST_FACILITIES:
        return 400, {"status_code": 400, "message": f"limit cannot be more than {MOST_FACILITIES}", "data": None}
    criteria = [("*id", query["kode_satusehat"])] if "kode_satusehat" in query else []
    with store.transaction():
        rows, _, _ = store.search("Organization", criteria, count=100_000)
    wanted = query.get("nama", [""])[0].casefold()
    named = [(row.id, str(row.resource().get("name", ""))) for row in rows]
    matching = [
        {"kode_satusehat": code, "nama": name, "status_aktif": True, "status_sarana": "valid"}
        for code, name in named
        if wanted in name.casefold()
    ]
    pages = -(-len(matching) // max(size, 1))
    data = matching[(page - 1) * size : page * size]
    return 200, {"status_code": 200, "message": "success", "page": page, "total_page": pages, "data": data}


def _number(query: Query, name: str, default: int) -> int:
    try:
        return max(int(query.get(name, [str(default)])[0]), 1)
    except ValueError:
        raise Refused(400, Issue(0, f"{name} must be a number", code="invalid")) from None
