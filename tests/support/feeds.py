"""Check feeds by their specifications: RFC 4287, RFC 5005 and RFC 4151, and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
_GRAMMAR = Path(__file__).with_name("atom.rng")
# RFC 4151, 2.1: tagURI = "tag:" authorityName "," date ":" specific
TAG_URI = re.compile(
    r"tag:(?:[\w.-]+@)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?,\d{4}(?:-\d\d(?:-\d\d)?)?"
    r":(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*",
    re.ASCII,
)
_RFC_3339 = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
_TEXT = {"type": "string", "minLength": 1}
_ADDRESS = {"type": "string", "pattern": "^https?://[^ ]+$"}
_AUTHORS = {
    "type": "array", "minItems": 1,
    "items": {"type": "object", "additionalProperties": False, "minProperties": 1,
              "properties": {"name": _TEXT, "url": _ADDRESS, "avatar": _ADDRESS}},
}  # fmt: skip
# What https://jsonfeed.org/version/1.1 says of the members that it has. Others would need a name that begins with `_`.
_JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": _TEXT, "home_page_url": _ADDRESS, "feed_url": _ADDRESS, "description": _TEXT, "user_comment": _TEXT,
        "next_url": _ADDRESS, "icon": _ADDRESS, "favicon": _ADDRESS, "authors": _AUTHORS, "language": _TEXT,
        "expired": {"type": "boolean"}, "hubs": {"type": "array"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "additionalProperties": False,
                "properties": {
                    "id": _TEXT, "url": _ADDRESS, "external_url": _ADDRESS, "title": _TEXT,
                    "content_html": {"type": "string"}, "content_text": {"type": "string"}, "summary": _TEXT,
                    "image": _ADDRESS, "banner_image": _ADDRESS, "authors": _AUTHORS, "language": _TEXT,
                    "date_published": {"type": "string", "pattern": _RFC_3339},
                    "date_modified": {"type": "string", "pattern": _RFC_3339},
                    "tags": {"type": "array", "items": _TEXT}, "attachments": {"type": "array"},
                },
            },
        },
    },
}  # fmt: skip


@cache
def _grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(_GRAMMAR)))


def atom_errors(document: bytes) -> list[str]:
    """Return what is wrong with an Atom document."""
    try:
        root = etree.fromstring(document)
    except etree.XMLSyntaxError as error:
        return [str(error)]
    grammar = _grammar()
    errors = [] if grammar.validate(root) else [str(error) for error in grammar.error_log]
    entries = root.findall(f"{ATOM}entry")
    if root.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        errors.append("an entry has no author, and neither has the feed")
    for parent in (root, *entries):
        links = [(link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
                 for link in parent.findall(f"{ATOM}link")]  # fmt: skip
        if len(links) != len(set(links)):
            errors.append(f"two links of a kind: {links}")
        if parent is not root and not [rel for rel, *_ in links if rel == "alternate"]:
            errors.append("an entry has no page")
        addresses = [link.get("href", "") for link in parent.findall(f"{ATOM}link")]
        errors += [f"no absolute address: {each}" for each in addresses if not urlsplit(each).netloc]
    ids = [_id(each) for each in (root, *entries)]
    errors += [f"no tag URI: {each}" for each in ids if not TAG_URI.fullmatch(each)]
    if len(ids) != len(set(ids)):
        errors.append("an id is there twice")
    return errors


def _id(element: etree._Element) -> str:
    return element.findtext(f"{ATOM}id") or ""


def json_feed_errors(document: bytes) -> list[str]:
    """Return what is wrong with a JSON Feed."""
    value = json.loads(document.decode())
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(_JSON_FEED).iter_errors(value)]
    ids = [item["id"] for item in value["items"]]
    return errors + (["an id is there twice"] if len(ids) != len(set(ids)) else [])


def links_of(document: bytes) -> dict[str, str]:
    """Return the addresses of the links of an Atom feed, by their relation."""
    root = etree.fromstring(document)
    return {link.get("rel", ""): link.get("href", "") for link in root.findall(f"{ATOM}link")}
