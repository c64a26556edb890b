"""Turn addresses in text, and raised footnote marks such as `[1]`, into links.

WeChat allows only links to its own pages. So authors write all other addresses as plain text, mostly in footnotes at
the end of the article (docs/reference/wechat-format.md#footnotes).
"""

from __future__ import annotations

import re

from archiver import urls
from archiver.document.model import Block, Run

# ASCII only: Chinese text may follow a bare address without a space.
_BARE = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]{4,2000}")
_SENTENCE_END = ".,;:!?'\")]"
_MARK = re.compile(r"<sup>(?:<code>)?\[(\d{1,3})\](?:</code>)?</sup>")
_FOOTNOTE = re.compile(r"\s*(?:<[a-z]+>)*\[(\d{1,3})\]")
_NUMBER_ALONE = re.compile(r"\s*(?:<[a-z]+>)*\[\d{1,3}\](?:</[a-z]+>)*\s*")
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
    """Link each footnote mark `<sup>[n]</sup>` to the address in the footnote `[n] …`, which follows further down.

    A mark is left unchanged if it is already in a link, or if no footnote with its number has an address. The `html` of
    the blocks is changed in place.
    """
    if not any("<sup>" in block.html for block in blocks):
        return
    targets: dict[str, str] = {}
    below = None  # address in the block below; one editor (mdnice) puts the number of a footnote on a separate line
    for block in reversed(blocks):
        for line in block.html.split("<br>"):
            number = _FOOTNOTE.match(line)
            target = _TARGET.search(line) or (below if _NUMBER_ALONE.fullmatch(line) else None)
            if number and target:
                targets.setdefault(number[1], target[1])
        below = _TARGET.search(block.html)
        if targets and "<sup>" in block.html:
            block.html = _MARK.sub(lambda mark: _link(mark, targets), block.html)


def _link(mark: re.Match[str], targets: dict[str, str]) -> str:
    html, end = mark.string, mark.start()
    is_linked = html.rfind("<a ", 0, end) > html.rfind("</a>", 0, end)
    if mark[1] not in targets or is_linked:
        return mark[0]
    return f'<a href="{targets[mark[1]]}">{mark[0]}</a>'


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
