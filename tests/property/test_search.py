"""Search against its definition, over texts of Chinese, Latin words, digits and punctuation mixed at random.

A term is found in a text if it occurs in it, both in NFKC and lower case; a term that begins with a letter or digit of a
script with spaces must begin where a word begins.
"""

from __future__ import annotations

import re
import unicodedata

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archiver.search.index import SearchIndex
from archiver.search.query import parse_query
from archiver.search.selection import Filter
from archiver.search.tables import IndexedPost

PIECES = [
    "大",
    "模",
    "型",
    "微信",
    "公众号",
    "号",
    "钱",
    "AI",
    "ai",
    "GPT",
    "4",
    "C++",
    "c",
    "a1",
    "email",
    "Ｘ",
    "，",
    "。",
    "-",
    " ",
    "\n",
    "+",
    "#",
    "_",
    "'",
    "①",
    "é",
    "か",
]
text = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
term = (
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join).map(lambda typed: typed.replace("\n", " "))
)


def normal(string: str) -> str:
    return unicodedata.normalize("NFKC", string).lower()


def is_in(wanted: str, string: str) -> bool:
    begin = r"(?<![a-z0-9é])" if re.match(r"[a-z0-9é]", wanted) else ""
    return re.search(begin + re.escape(wanted), string) is not None


def indexed(texts: list[str]) -> SearchIndex:
    """An index of these texts in memory, each under its number."""
    index = SearchIndex(None, create=True)
    index.build(
        (
            IndexedPost(
                key=str(number), path="", modified=0, size=0, title="", account="", account_id="", published=number, state="",
            ),
            content,
        )
        for number, content in enumerate(texts)
    )  # fmt: skip
    return index


def found(index: SearchIndex, typed: str, order: str) -> set[int]:
    return {int(post.key) for post in index.posts(list(index.find(parse_query([typed]), Filter(), order=order)))}


@settings(max_examples=10 * settings().max_examples, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(text, min_size=1, max_size=4), term)
@example(["大模，型", "大模型"], "大模型")
@example(["ai，大", "ai大"], "AI大")
@example(["c++", "c", "c+"], "c+")
@example(["x_y"], "y")
def test_search_finds_exactly_the_texts_that_contain_the_term(texts: list[str], typed: str) -> None:
    if not parse_query([f'"{typed}"']).required:
        return
    having = {number for number, content in enumerate(texts) if is_in(normal(typed), normal(content))}
    with indexed(texts) as index:
        for order in ("relevance", "newest", "oldest"):
            assert found(index, f'"{typed}"', order) == having
            assert found(index, f'-"{typed}"', order) == set(range(len(texts))) - having


@settings(max_examples=5 * settings().max_examples, deadline=None)
@given(st.lists(text, min_size=1, max_size=4), st.sampled_from([piece for piece in PIECES if piece.strip()]), term)
@example(["的大模型", "大模型"], "的", "大模型")
def test_search_finds_exactly_the_texts_that_contain_one_term_and_not_the_other(
    texts: list[str], typed: str, other: str
) -> None:
    if not parse_query([f'"{other}"']).required:
        return
    having = {number for number, content in enumerate(texts) if is_in(normal(typed), normal(content))}
    others = {number for number, content in enumerate(texts) if is_in(normal(other), normal(content))}
    with indexed(texts) as index:
        for order in ("relevance", "newest"):
            assert found(index, f'"{typed}" "{other}"', order) == having & others
            assert found(index, f'"{typed}" -"{other}"', order) == having - others
            assert found(index, f'"{other}" -"{typed}"', order) == others - having
