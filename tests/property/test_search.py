"""Search against its definition, over texts of Chinese, Latin words, digits and punctuation mixed at random.

A term is found in a text if it occurs in it, both in NFKC and lower case; a term that begins with a letter or digit of a
script with spaces must begin where a word begins.
"""

from __future__ import annotations

import re
import unicodedata

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archiver.search.index import Filter, IndexedPost, SearchIndex
from archiver.search.query import parse_query

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


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.lists(text, min_size=1, max_size=4), term)
@example(["大模，型", "大模型"], "大模型")
@example(["ai，大", "ai大"], "AI大")
@example(["c++", "c", "c+"], "c+")
@example(["x_y"], "y")
def test_search_finds_exactly_the_texts_that_contain_the_term(texts: list[str], typed: str) -> None:
    with SearchIndex(None, create=True) as index:
        index.build(
            (
                IndexedPost(
                    key=str(number),
                    path="",
                    modified=0,
                    size=0,
                    title="",
                    account="",
                    account_id="",
                    published=number,
                    state="",
                ),
                content,
            )
            for number, content in enumerate(texts)
        )
        query = parse_query([f'"{typed}"'])
        if not query.required:
            return
        found = {int(post.key) for post in index.posts(list(index.find(query, Filter())))}
    assert found == {number for number, content in enumerate(texts) if is_in(normal(typed), normal(content))}
