"""Check that an SVG image cannot run scripts.

Opened directly in a browser, an SVG is a document of the site that serves it, so scripts in it would run with the
rights of that site. The image is read once from start to end, without building a tree.
"""

from __future__ import annotations

import re

MAX_BYTES = 5_000_000
MAX_ELEMENTS = 100_000
MAX_ATTRIBUTES = 300_000
MAX_DEPTH = 256  # the limit of libxml2

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!--|<!DOCTYPE\s+svg|<svg)", re.IGNORECASE)
_HEAD = 256
_ENCODINGS = frozenset(("UTF-8", "US-ASCII", "ASCII"))  # in other encodings the same bytes may mean other characters
_SEPARATOR = "\n"  # between namespace and name; a name cannot contain it
# For document types that they know, browsers decode named entities such as `&colon;`: `javascript&colon;` would run.
_NAMED_ENTITY = re.compile(rb"&(?!#|(?:amp|lt|gt|quot|apos);)")
_SVG_PUBLIC = "-//W3C//DTD SVG "
_W3C = ("http://www.w3.org/", "https://www.w3.org/")
_FORBIDDEN = frozenset(("script", "foreignobject", "iframe", "embed", "object", "handler", "listener"))
_XHTML = "http://www.w3.org/1999/xhtml"  # can run scripts in too many ways to list: `formaction`, `srcdoc` …
_WITH_ADDRESS = frozenset(("href", "src", "from", "to", "by", "values", "action", "base"))
_SCRIPT_ADDRESS = re.compile(r"(?:javascript|vbscript|data:(?!image/(?:png|jpeg|gif|webp)))", re.IGNORECASE)
_IGNORED_IN_ADDRESS = re.compile(r"[\x00-\x20]+")  # browsers ignore these, so `java\nscript:` runs


def looks_like_svg(content: bytes) -> bool:
    """Return whether `content` begins like an SVG file. Some other XML and HTML files begin in the same way."""
    return _START.match(content[:_HEAD]) is not None


def is_safe_svg(content: bytes) -> bool:
    """Return whether `content` is a complete SVG of limited size that cannot run scripts."""
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

    The numbers of elements and attributes are limited by counting `<` and `=`, which needs no parser.
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
    """An error that is raised if an image could run scripts or has a feature that only attacks need."""


class _Reader:
    """The handlers that expat calls while it parses an image. They raise _CouldRunError to refuse the image."""

    def __init__(self) -> None:
        self._is_root, self._depth = True, 0

    def declaration(self, version: str, encoding: str | None, _standalone: int) -> None:
        """Raise _CouldRunError for XML versions other than 1.0, and for encodings other than UTF-8 and ASCII.

        Another program might decode such a file to a different text, with scripts in it.
        """
        if version != "1.0" or (encoding or "UTF-8").upper() not in _ENCODINGS:
            raise _CouldRunError

    def document_type(self, name: str, system: str | None, public: str | None, has_internal_subset: int) -> None:
        """Raise _CouldRunError unless the document type is one that the W3C defines for SVG.

        Raise it also for an internal subset (declarations inside the DOCTYPE), which can add an `onload` attribute to
        any element.
        """
        is_ours = name.rpartition(":")[2].lower() == "svg" and (system or _W3C[0]).lower().startswith(_W3C)
        if has_internal_subset or not is_ours or not (public or _SVG_PUBLIC).upper().startswith(_SVG_PUBLIC):
            raise _CouldRunError

    def refuse(self, *_: object) -> None:
        """Raise _CouldRunError.

        expat calls this method for a processing instruction, which could load a style sheet that runs scripts. It also
        calls it for an entity that only the document type defines.
        """
        raise _CouldRunError

    def element(self, tag: str, attributes: dict[str, str]) -> None:
        """Raise _CouldRunError if an element is a script, could start one, or is nested too deeply."""
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
        """Handle the end of an element: decrease the current depth."""
        self._depth -= 1


def _runs(name: str, value: str) -> bool:
    """Return whether an attribute could start a script. `name` is in lower case and without a namespace."""
    if name.startswith("on"):
        return True
    if name == "attributename":  # <set attributeName="href" to="javascript:…">
        value = _IGNORED_IN_ADDRESS.sub("", value).lower()
        return value.endswith("href") or value.startswith("on")
    return name in _WITH_ADDRESS and bool(_SCRIPT_ADDRESS.search(_IGNORED_IN_ADDRESS.sub("", value)))
