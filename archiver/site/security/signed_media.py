"""Sign the addresses of media, for those who send no cookie: articles in their frame, and programs that read feeds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from archiver.errors import OutputError
from archiver.site.links import PageLinks
from archiver.site.security.api_token import ApiToken
from archiver.site.security.sessions import Signer

SIGNATURE = "s"  # the part of an address's query that has the signature
_PURPOSE = "media"
_KEY_PURPOSE = "pictures in feeds"


class SignedMedia:
    """The addresses at which the reader sends a medium to everybody. A signature is good for its file alone.

    Signatures for a page end with the process. Those for a feed hold beyond it, since programs keep the texts of feeds,
    until the token of the phone is renewed. They end with the process, too, if the token cannot be stored.
    """

    def __init__(self, signer: Signer, token: ApiToken) -> None:
        self._signer, self._token = signer, token

    def for_page(self, links: PageLinks) -> Callable[[str], str]:
        """Return a function that returns the address of the medium at a path such as `postimg/x.png`."""
        return _addresses(self._signer, links)

    def for_feed(self, links: PageLinks) -> Callable[[str], str]:
        """Return the same for a feed. If there is no token yet, one is made."""
        with suppress(OutputError):
            self._token.show()
        return _addresses(self._stored_signer() or self._signer, links)

    def is_valid(self, path: str, signature: str) -> bool:
        """Return whether a signature is that of the medium at the path of a request. Nothing is written."""
        signers = (self._signer, self._stored_signer())
        return bool(signature) and any(signer.is_valid(_PURPOSE, path, signature) for signer in signers if signer)

    def _stored_signer(self) -> Signer | None:
        key = self._token.derived_key(_KEY_PURPOSE)
        return Signer(key) if key else None


def _addresses(signer: Signer, links: PageLinks) -> Callable[[str], str]:
    def address(path: str) -> str:
        return f"{links.media(path)}?{SIGNATURE}={signer.sign(_PURPOSE, f'/media/{path}')}"

    return address
