"""Map simplified and traditional Chinese characters to those that count as the same, by the tables of OpenCC.

Only single characters are compared, never words: 头发 and 頭髮 are the same because 头 and 頭 are, and 发 and 髮.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from archiver.errors import UsageError
from archiver.messages.message import message

_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))  # Han


@cache
def load_variants() -> Mapping[str, str]:
    """Return a mapping: character -> all characters with the same simplified form, including itself.

    Characters without another form are left out. Raise UsageError if OpenCC is not installed.
    """
    try:
        import opencc
    except ImportError:
        raise UsageError(message("--variants needs one more package: pip install 'archiver[variants]'")) from None
    characters = [chr(code) for start, end in _BLOCKS for code in range(start, end)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")  # line by line, so never as words
    same: dict[str, list[str]] = {}
    for character, form in zip(characters, simplified, strict=True):
        same.setdefault(form, []).append(character)
    return {one: "".join(forms) for forms in same.values() if len(forms) > 1 for one in forms}
