"""Remove the reader's credentials from pages, headers and addresses before anything is stored.

Pages saved from a client name who read them, and links carry the credentials of whoever shared them, or the token of
the author's back end (docs/wechat-format.md#14-credentials-in-a-page). Bytes in, bytes out: what is no credential stays
as it was sent, so a page without credentials keeps its digest.
"""

from __future__ import annotations

from collections.abc import Iterable

from archiver.credentials import Strength, strength
from archiver.extractor.redaction.finder import Credential, CredentialFinder
from archiver.extractor.redaction.names import find_names

__all__ = ["redact", "redact_address", "redact_headers"]

_PRIVATE_HEADERS = frozenset(
    "set-cookie set-cookie2 cookie cookie2 authorization proxy-authorization authentication-info".split()
)
_MAX_REPORTED = 99  # names of credentials that are reported of a page


def redact(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a page without credentials, and their names, sorted.

    In the place of each credential stands `REDACTED`, or 0 in the place of a number.
    """
    return _replace(content, CredentialFinder(content).find_all())


def redact_address(address: str) -> str:
    """Return an address, whole or from its path on, without credentials."""
    quoted = f'"{address}"'.encode(errors="surrogatepass")
    finder = CredentialFinder(quoted, code=(0, len(quoted)))
    found = (credential for name in find_names(quoted, quoted.lower()) for credential in finder.find_parameter(name))
    return _replace(quoted, found)[0][1:-1].decode(errors="surrogatepass")


def redact_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return a response's headers without cookies, logins and tokens; addresses in the others are redacted."""
    return tuple((name, redact_address(value)) for name, value in headers if not _is_private(name))


def _is_private(header: str) -> bool:
    return header.lower() in _PRIVATE_HEADERS or strength(header) is not Strength.NONE


def _replace(content: bytes, credentials: Iterable[Credential]) -> tuple[bytes, tuple[str, ...]]:
    """Return the content with the credentials replaced, the longest of overlapping ones, and their names."""
    parts: list[bytes] = []
    names: set[str] = set()
    done = 0
    for start, end, name in sorted(credentials, key=lambda found: (found.start, -found.end)):
        if start >= done:
            parts += [content[done:start], b"0" if content[start:end].isdigit() else b"REDACTED"]
            if len(names) < _MAX_REPORTED:
                names.add(name)
            done = end
    return b"".join((*parts, content[done:])), tuple(sorted(names))
