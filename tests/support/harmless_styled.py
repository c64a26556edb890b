"""What a styled article may hold, whatever its page was made to do: it runs nothing and loads nothing but pictures."""

from __future__ import annotations

import re
from html import unescape

from archiver.export.styled_html import EMBEDDED_POLICY, POLICY, styled_document
from archiver.extractor import classify
from archiver.extractor.styled import read_styled
from archiver.models import Page, State

OWN = "/picture/"  # the beginning of the addresses that the test gives pictures

# Elements that a browser reads by other rules than those of HTML, or that run or load something.
DANGEROUS = frozenset(
    "script style template noscript noembed noframes xmp plaintext textarea title iframe frame frameset object embed applet "
    "link meta base form input button select option video audio source track portal fencedframe use feimage handler".split()
)
_ATTRIBUTE = r" [A-Za-z][\w-]*=\"[^\"<>]*\""
_TOKEN = re.compile(
    rf"(?P<text>[^<>]+)|</(?P<end>[a-z][a-z0-9-]*)>|<(?P<start>[a-z][a-z0-9-]*)(?P<attributes>(?:{_ATTRIBUTE})*)>"
)
_PAIR = re.compile(r" ([A-Za-z][\w-]*)=\"([^\"]*)\"")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s]*", re.I)
_EMBEDDED = re.compile(r"data:image/[\w.+-]+[;,]")
_RULE = re.compile(r"[^{}@\\<]+\{[^{}@\\<]*\}")


def styled_of(page: Page) -> str | None:
    """The styled document of a page, None where that is no article; pictures are at addresses of the test's own.

    There are fifty, since each request of a browser passes through the test.
    """
    if classify(page).state is not State.ARTICLE:
        return None
    numbers: dict[str, int] = {}
    styled = read_styled(page)

    def own(address: str) -> str:
        return address if address.startswith("data:") else f"{OWN}{numbers.setdefault(address, len(numbers)) % 50}"

    return styled_document(styled, styled.article, own)


def check_styled(document: str) -> None:
    """Fail if a document holds more than it may, token by token."""
    head, _, body = document.partition("</head>\n")
    assert any(f'content="{policy.replace(chr(39), "&#x27;")}"' in head for policy in (POLICY, EMBEDDED_POLICY))
    base, rules = re.findall(r"<style>(.*?)</style>", head, re.S)
    assert head.count("<style") == head.count("</style") == 2
    assert all(_RULE.fullmatch(rule) for rule in filter(None, rules.split("\n"))), rules
    assert "url(" not in (base + rules).lower()
    body = body.removesuffix("\n</html>\n")
    at = 0
    while at < len(body):
        found = _TOKEN.match(body, at)
        assert found, body[at : at + 200]
        at = found.end()
        if found["start"]:
            _check_element(found["start"], found["attributes"])


def _check_element(name: str, attributes: str) -> None:
    assert name not in DANGEROUS, name
    for attribute, written in _PAIR.findall(attributes):
        value = unescape(written)
        assert not attribute.lower().startswith("on"), attribute
        if attribute == "href" and name == "a":
            assert _LINK.match(value) or value.startswith(OWN), value
        elif attribute in ("src", "href"):
            assert name in ("img", "image"), name
            assert value.startswith(OWN) or (name == "img" and _EMBEDDED.match(value)), value
        elif attribute == "style":
            _check_style(value)
        elif attribute == "attributeName":
            assert value.lower() not in ("href", "xlink:href", "style", "class", "id")
        elif attribute not in ("alt", "class"):
            assert ":" not in value, (name, attribute, value)
            assert "url(" not in value.replace("url(#", ""), (name, attribute, value)


def _check_style(value: str) -> None:
    for loaded in re.findall(r'url\("([^"]*)"\)', value):
        assert loaded.startswith((OWN, "data:image/")), loaded
    rest = re.sub(r'url\("[^"]*"\)', "", value)
    assert not re.search(r"url|expression|@|\\|/\*|[{}<>]", rest, re.I), rest
    assert not re.search(r"position:\s*(?:fixed|sticky)", rest), rest
