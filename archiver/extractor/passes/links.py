"""Turn addresses in text, and raised footnote marks such as `[1]`, into links.

WeChat allows only links to its own pages. So authors write all other addresses as plain text, mostly in footnotes at
the end of the article (docs/reference/wechat-format.md#footnotes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import groupby

from archiver import urls
from archiver.document.html import read_line, render_line
from archiver.document.model import Block, Run

# ASCII only: Chinese text may follow a bare address without a space.
_BARE = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]{4,2000}")
_SENTENCE_END = ".,;:!?'\")]"
_OPENING, _CLOSING = r"[\[［【〔]", r"[\]］】〕]"
_NUMBER = re.compile(r"[0-9]{1,3}")
# `[1]`, and several numbers in one pair of brackets: `[1, 2]`, `[1-3]`
_MARK = re.compile(rf"{_OPENING} ?([0-9]{{1,3}}(?: ?[,，、;；–~-] ?[0-9]{{1,3}}){{0,20}}) ?{_CLOSING}")
_FOOTNOTE = re.compile(rf'\s*(?:<[a-z]+(?: href="[^"]*")?>)*{_OPENING} ?([0-9]{{1,3}}) ?{_CLOSING}')
_NUMBER_ALONE = re.compile(rf"\s*(?:<[a-z]+>)*{_OPENING} ?[0-9]{{1,3}} ?{_CLOSING}(?:</[a-z]+>)*\s*")
_TARGET = re.compile(r'<a href="([^"]+)">')


def link_addresses(runs: list[Run]) -> list[Run]:
    """Return the line `runs` with each address in plain text turned into a link.

    A line is a list of runs, pieces of text with uniform formatting. Each address becomes a run of its own. Addresses
    in code and in existing links are left unchanged.
    """
    if all("://" not in run.text for run in runs):
        return runs
    linked: list[Run] = []
    for run in runs:
        if "://" not in run.text or run.image or run.href or run.reading or "code" in run.marks:
            linked.append(run)
        else:
            linked += _split(run)
    return linked


def link_footnotes(blocks: list[Block]) -> None:
    """Link each raised footnote mark such as `[1]` to the address in the footnote `[1] …`, which follows further down.

    Several marks may follow each other: `[1][2]` leads to two addresses, and so do the numbers of `[1, 2]`. If several
    footnotes have the same number, a mark leads to the next one below it.

    A mark is left unchanged if it is already in a link, or if no footnote with its number has an address. The `html` of
    the blocks is changed in place.
    """
    if not any("<sup>" in block.html for block in blocks):
        return
    targets: dict[str, str] = {}
    below = None  # address in the block below; one editor (mdnice) puts the number of a footnote on a separate line
    for block in reversed(blocks):
        for line in reversed(block.html.split("<br>")):
            number = _FOOTNOTE.match(line)
            target = _TARGET.search(line) or (below if _NUMBER_ALONE.fullmatch(line) else None)
            if number and target:
                targets[number[1]] = unescape(target[1])
        below = _TARGET.search(block.html)
        if targets and "<sup>" in block.html:
            block.html = _with_linked_marks(block.html, targets)


def _with_linked_marks(html: str, targets: Mapping[str, str]) -> str:
    """Return the HTML of a line with a link around each raised footnote mark.

    `targets` are the addresses in footnotes, by their number.
    """
    runs = read_line(html)
    linked: list[Run] = []
    for is_raised, group in groupby(runs, key=lambda run: "sup" in run.marks and not run.href):
        parts = list(group)
        linked += _link_marks(parts, targets) if is_raised else parts
    return html if linked == runs else render_line(linked)


def _link_marks(raised: list[Run], targets: Mapping[str, str]) -> Iterator[Run]:
    """Yield raised runs that follow each other in a line, split so that each footnote mark in them has its link.

    A mark may extend over several runs: in `[<strong>1</strong>]` there are three.
    """
    text = "".join(run.text for run in raised)
    hrefs = [""] * len(text)  # of each character
    for mark in _MARK.finditer(text):
        numbers = list(_NUMBER.finditer(text, mark.start(1), mark.end(1)))
        for number in numbers:
            start, end = mark.span() if len(numbers) == 1 else number.span()
            hrefs[start:end] = [targets.get(number[0], "")] * (end - start)
    offset = 0
    for run in raised:
        for href, characters in groupby(range(offset, offset + len(run.text)), key=hrefs.__getitem__):
            yield run._replace(text="".join(text[at] for at in characters), href=href)
        offset += len(run.text)


def _split(run: Run) -> list[Run]:
    """Split a run at the addresses in its text, and return the parts; each address becomes a part with a link.

    A run is a piece of text with uniform formatting. The other parts are the text before, between and after the
    addresses.
    """
    parts, position = [], 0
    for found in _BARE.finditer(run.text):
        address = _without_sentence_end(found[0])
        target = urls.link(address)
        if not target:
            continue
        parts.append(run._replace(text=run.text[position : found.start()]))
        parts.append(run._replace(text=address, href=target))
        position = found.start() + len(address)
    return [part for part in (*parts, run._replace(text=run.text[position:])) if part.text]


def _without_sentence_end(address: str) -> str:
    """Return `address` without punctuation at its end that belongs to the sentence around it.

    A `)` is kept if the address contains the matching `(`.
    """
    surplus = address.count(")") - address.count("(")  # number of `)` without a matching `(`
    while address and address[-1] in _SENTENCE_END:
        if address[-1] == ")":
            if surplus <= 0:
                break
            surplus -= 1
        address = address[:-1]
    return address
