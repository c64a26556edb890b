"""Split normalised texts into the tokens of a full-text index, so that Chinese is found exactly.

Chinese, Japanese, Korean and some other scripts write words without spaces. A run of such characters
gives its pairs of neighbours and its last character alone: 公众号 gives 公众, 众号, 号. Any other run of letters
and digits is one token, together with plus and number signs that follow it: c++, f#.

A searched word of two or more characters then is a phrase, the sequence of its pairs. A single character
is the beginning of a pair or the last character of a run.

Everything else (white space, punctuation, symbols) separates runs. The last token of a run gets the mark
`_` if a separator or the end of the text follows, as 号_ in the example above. So "ai大模型" gives ai, 大模,
模型, 型_, but "ai，大模型" gives ai_, 大模, 模型, 型_. A phrase without separators is found only where the text has
none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Scripts without spaces between words: Thai to Tibetan, Burmese, Khmer; kana, bopomofo, Han, Yi, Hangul; Han of
# the supplementary planes.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096"
    "\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b2ff\U00020000-\U000323af"
)
_RUN = re.compile(rf"([{_UNSPACED}]+)|[^\W_{_UNSPACED}]+[+#]*")
_SPACED_RUN = re.compile(rf"[^\W_{_UNSPACED}]+[+#]*")
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
_WHOLE = re.compile(rf"(?:[{_UNSPACED}]|[^\W_{_UNSPACED}]+[+#]*)+")
_WORD_CHARACTER = re.compile(rf"[^\W_{_UNSPACED}]")
_WORD_START = re.compile(rf"(?<![^\W_{_UNSPACED}])[^\W_{_UNSPACED}]")
MARK = "_"  # at the end of a token: a separator or the end of the text follows


def tokens(text: str) -> Iterator[str]:
    """Yield the tokens of a normalised text, in order."""
    runs = _RUN.finditer(text)
    run = next(runs, None)
    while run is not None:
        following = next(runs, None)
        is_joined = following is not None and following.start() == run.end()
        mark = "" if is_joined else MARK
        word = run[0]
        if run[1] is None:
            yield word + mark
        else:
            for position in range(len(word) - 1):
                yield word[position : position + 2]
            yield word[-1] + mark
        run = following


def joined(text: str) -> str:
    """Return the tokens of a normalised text, joined by spaces."""
    return " ".join(tokens(text))


def spaced_runs(text: str) -> list[str]:
    """Return the runs of a normalised text whose scripts have spaces between words."""
    return _SPACED_RUN.findall(text)


def unspaced_runs(text: str) -> list[str]:
    """Return the runs of a normalised text whose scripts have no spaces between words."""
    return _UNSPACED_RUN.findall(text)


def phrase(term: str) -> tuple[list[str], bool]:
    """Return the tokens of a normalised term as a phrase, and whether the last one is only the beginning of a token.

    A text in which the term occurs contains the phrase. The opposite holds only if `is_exact(term)`, since the phrase
    does not tell which characters separate its runs. The phrase is empty if the term has no letters and no digits.
    """
    found, run = list(tokens(term)), _last_run(term)
    if run is None or run.end() < len(term):
        return found, False
    *before, last = found  # the text may go on after the term, so the end of the term is no end of a run
    if run[1] is not None and len(run[0]) > 1:
        return before, False
    return [*before, last.removesuffix(MARK)], True


def is_exact(term: str) -> bool:
    """Return whether a normalised term has no separators, so that a text with its phrase contains the term itself."""
    return _WHOLE.fullmatch(term) is not None


def starts_word(text: str, position: int) -> bool:
    """Return whether a word of a script with spaces, such as English, can begin at `position`.

    It cannot if the character before is a letter or digit of such a script.
    """
    return position == 0 or _WORD_CHARACTER.match(text, position - 1) is None


def first_letters(text: str) -> set[str]:
    """Return the first characters of all words of scripts with spaces, such as English."""
    return set(_WORD_START.findall(text))


def is_word_character(character: str) -> bool:
    """Return whether a character is a letter or digit of a script that divides words by spaces, such as English."""
    return _WORD_CHARACTER.match(character) is not None


def _last_run(term: str) -> re.Match[str] | None:
    last = None
    for run in _RUN.finditer(term):
        last = run
    return last
