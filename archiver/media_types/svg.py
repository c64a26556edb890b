"""Refuse SVG images in which anything could run; they are read once from end to end, without a tree.

An SVG that is opened by itself is a document of the reader's site: its scripts would run there.
"""

from __future__ import annotations

import re

MAX_BYTES = 5_000_000
MAX_ELEMENTS = 100_000
MAX_ATTRIBUTES = 300_000
MAX_DEPTH = 256  # what libxml2 reads

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE\s+svg|<svg)", re.IGNORECASE)
_HEAD = 256
_ENCODINGS = frozenset(("UTF-8", "US-ASCII", "ASCII"))  # in others the same bytes may say something else
_SEPARATOR = "\n"  # between namespace and name, which holds none
# With a document type that they know browsers read `&colon;`, `&Tab;` … of a list of their own: `javascript&colon;`.
_NAMED_ENTITY = re.compile(rb"&(?!#|(?:amp|lt|gt|quot|apos);)")
_SVG_PUBLIC = "-//W3C//DTD SVG "
_W3C = ("http://www.w3.org/", "https://www.w3.org/")
_FORBIDDEN = frozenset(("script", "foreignobject", "iframe", "embed", "object", "handler", "listener"))
_XHTML = "http://www.w3.org/1999/xhtml"  # runs scripts in more ways than can be listed: `formaction`, `srcdoc` …
_WITH_ADDRESS = frozenset(("href", "src", "from", "to", "by", "values", "action", "base"))
_SCRIPT_ADDRESS = re.compile(r"(?:javascript|vbscript|data:(?!image/(?:png|jpeg|gif|webp)))", re.IGNORECASE)
_IGNORED_IN_ADDRESS = re.compile(r"[\x00-\x20]+")  # browsers skip these: `java\nscript:` runs


def looks_like_svg(content: bytes) -> bool:
    """Return whether `content` begins as an SVG file may; an XML or HTML file of another kind may, too."""
    return _START.match(content[:_HEAD]) is not None


def is_safe_svg(content: bytes) -> bool:
    """Return whether `content` is a whole SVG, of bounded size, in which nothing could run."""
    if not looks_like_svg(content) or not _is_bounded(content) or not _is_utf8(content):
        return False
    if b"<!DOCTYPE" in content and _NAMED_ENTITY.search(content):
        return False
    from xml.parsers import expat  # builds no tree

    reader = _Reader()
    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    parser.XmlDeclHandler = reader.declaration
    parser.StartDoctypeDeclHandler = reader.document_type
    parser.ProcessingInstructionHandler = reader.refuse
    parser.SkippedEntityHandler = reader.refuse
    parser.StartElementHandler = reader.element
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, _CouldRunError):
        return False
    return True


def _is_bounded(content: bytes) -> bool:
    """Return whether a file is small enough to be parsed in a short time.

    Signs are counted, which needs no parser: there are at most as many elements as `<`, and attributes as `=`.
    """
    return (
        len(content) <= MAX_BYTES
        and content.count(b"<") - content.count(b"</") <= MAX_ELEMENTS
        and content.count(b"=") <= MAX_ATTRIBUTES
    )


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


class _CouldRunError(Exception):
    """An error: something in an image could run, or is something that only an attack needs."""


class _Reader:
    """The checks of one image, called by expat as it reads."""

    def __init__(self) -> None:
        self._is_root, self._depth = True, 0

    def declaration(self, version: str, encoding: str | None, _standalone: int) -> None:
        """Refuse any other XML than 1.0, and encodings in which other readers would see another text."""
        if version != "1.0" or (encoding or "UTF-8").upper() not in _ENCODINGS:
            raise _CouldRunError

    def document_type(self, name: str, system: str | None, public: str | None, has_internal_subset: int) -> None:
        """Refuse all but the W3C's for SVG, and an internal subset: it can give any element an `onload`."""
        is_ours = name.rpartition(":")[2].lower() == "svg" and (system or _W3C[0]).lower().startswith(_W3C)
        if has_internal_subset or not is_ours or not (public or _SVG_PUBLIC).upper().startswith(_SVG_PUBLIC):
            raise _CouldRunError

    def refuse(self, *_: object) -> None:
        """Refuse processing instructions (style sheets run scripts) and entities of a document type."""
        raise _CouldRunError

    def element(self, tag: str, attributes: dict[str, str]) -> None:
        """Refuse an element that is script, or that could start one."""
        namespace, _, name = tag.rpartition(_SEPARATOR)
        name = name.lower()
        self._depth += 1
        is_foreign = namespace == _XHTML or (self._is_root and name != "svg")
        if name in _FORBIDDEN or is_foreign or self._depth > MAX_DEPTH:
            raise _CouldRunError
        self._is_root = False
        if any(_runs(key.rpartition(_SEPARATOR)[2].lower(), value) for key, value in attributes.items()):
            raise _CouldRunError

    def end(self, _tag: str) -> None:
        """Count an element as closed."""
        self._depth -= 1


def _runs(name: str, value: str) -> bool:
    """Return whether an attribute could start a script."""
    if name.startswith("on"):
        return True
    if name == "attributename":  # <set attributeName="href" to="javascript:…">
        value = _IGNORED_IN_ADDRESS.sub("", value).lower()
        return value.endswith("href") or value.startswith("on")
    return name in _WITH_ADDRESS and bool(_SCRIPT_ADDRESS.search(_IGNORED_IN_ADDRESS.sub("", value)))
