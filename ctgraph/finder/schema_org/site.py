"""The pages of the site in schema.org: the way to a page, a list of records, the site, its data."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from ctgraph.finder.schema_org.record import CONTEXT
from ctgraph.finder.schema_org.values import Node


def breadcrumb(steps: Iterable[tuple[str, str]]) -> Node:
    """Return the way to a page.

    :param steps: the name and the whole address of each page on it.
    """
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": address}
            for number, (name, address) in enumerate(steps, 1)
        ],
    }


def item_list(items: Iterable[tuple[str, str]], total: int | None = None, first: int = 1) -> Node:
    """Return a page of a list of records.

    :param items: the whole address and the name of each.
    :param total: how many records there are on all pages; None where nobody counts them.
    :param first: the place of the first record of this page.
    """
    return ({} if total is None else {"numberOfItems": total}) | {
        "@context": CONTEXT,
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "url": address, "name": name}
            for number, (address, name) in enumerate(items, first)
        ],
    }


def website(base: str, language: str) -> Node:
    """Return the site, with its search.

    :param base: the beginning of all its addresses, without a slash at its end.
    """
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "@id": f"{base}/#site",
        "name": "ctgraph",
        "url": f"{base}/",
        "inLanguage": language,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{base}/search?q={{words}}"},
            "query-input": "required name=words",
        },
    }


def dataset(base: str, description: str, modified: str, language: str) -> Node:
    """Return the data of the registry as a whole, which its SPARQL endpoint gives.

    :param modified: when the newest record was published, in ISO 8601; empty without records.
    """
    changed = {"dateModified": modified} if modified else {}
    return changed | {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": f"{base}/void#registry",
        "name": "ctgraph",
        "description": description,
        "url": f"{base}/void",
        "inLanguage": language,
        "isAccessibleForFree": True,
        "includedInDataCatalog": {"@type": "DataCatalog", "name": "ctgraph", "url": f"{base}/"},
        "distribution": {
            "@type": "DataDownload",
            "contentUrl": f"{base}/sparql",
            "encodingFormat": ox.QueryResultsFormat.JSON.media_type,
        },
    }
