"""Read the texts of messages from the compiled files of `locale/`."""

from __future__ import annotations

import gettext
from pathlib import Path

DOMAIN = "archiver"


class Texts(gettext.GNUTranslations):
    """The texts of one language, which can be listed."""

    def templates(self) -> list[str]:
        """Return the English templates of all messages; of those that count, only the one for 1 is kept."""
        catalog: dict[str | tuple[str, int], str] = self._catalog  # type: ignore[attr-defined]  # the base class sets it
        return list(dict.fromkeys(key if isinstance(key, str) else key[0] for key in catalog if key))

    def text_of(self, template: str) -> str:
        """Return the text of a template, which may be one for a number."""
        catalog: dict[str | tuple[str, int], str] = self._catalog  # type: ignore[attr-defined]
        return catalog.get(template) or catalog[template, 0]


def read_texts(locale: str) -> Texts:
    """Return the texts of the folder `locale`, such as `zh_CN`."""
    file = Path(__file__).parent / "locale" / locale / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with file.open("rb") as stream:
        return Texts(stream)
