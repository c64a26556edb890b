"""Remove readers' credentials from pages, headers and addresses before these are stored.

Pages saved from a WeChat client contain values that identify their reader. Addresses may contain the credentials of the
person who shared them, or a token of an author's login (docs/reference/wechat-format.md#14-credentials-in-a-page).
Pages are processed as bytes, and only the values of credentials are changed. So a page without credentials stays
identical.
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
_MAX_REPORTED = 99  # number of names of credentials that are reported for a page


def redact(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the content of a page with its credentials replaced, and the sorted names of these credentials.

    The value of each credential is replaced by `REDACTED`, or by 0 if it consists of digits. At most 99 names are
    returned.
    """
    return _replace(content, CredentialFinder(content).find_all())


def redact_address(address: str) -> str:
    """Return `address` with the values of its credentials replaced by `REDACTED`, or by 0 if they consist of digits.

    The address may be relative, without scheme and host.
    """
    quoted = f'"{address}"'.encode(errors="surrogatepass")
    finder = CredentialFinder(quoted, code=(0, len(quoted)))
    found = (credential for name in find_names(quoted, quoted.lower()) for credential in finder.find_parameter(name))
    return _replace(quoted, found)[0][1:-1].decode(errors="surrogatepass")


def redact_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the headers of a response without cookies and other headers that contain credentials.

    Each header is a pair of name and value. Credentials in the values of the remaining headers are replaced, as in
    `redact_address`.
    """
    return tuple((name, redact_address(value)) for name, value in headers if not _is_private(name))


def _is_private(header: str) -> bool:
    return header.lower() in _PRIVATE_HEADERS or strength(header) is not Strength.NONE


def _replace(content: bytes, credentials: Iterable[Credential]) -> tuple[bytes, tuple[str, ...]]:
    """Return the content with the values of the credentials replaced, and the sorted names of the credentials.

    If credentials overlap, only the one that begins first is replaced. If they begin together, only the longest one is
    replaced. At most 99 names are returned.
    """
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
