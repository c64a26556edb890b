"""Addresses that stand as text → links, and the marks `[1]` → links to what the reference list says (§4.2, T82).

Editors of WeChat allow links to WeChat only, so authors write the others out, at the foot of the article.
"""

from __future__ import annotations

import re

from archiver import urls
from archiver.extractor.passes.blocks import Block, Run

# ASCII only: the sentence after a bare address goes on in Chinese without a space.
_BARE = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]{4,2000}")
_SENTENCE_END = ".,;:!?'\")]"
_MARK = re.compile(r"<sup>(?:<code>)?\[(\d{1,3})\](?:</code>)?</sup>")
_REFERENCE = re.compile(r"\s*(?:<[a-z]+>)*\[(\d{1,3})\]")
_ALONE = re.compile(r"\s*(?:<[a-z]+>)*\[\d{1,3}\](?:</[a-z]+>)*\s*")
_TARGET = re.compile(r'<a href="([^"]+)">')


def link_addresses(runs: list[Run]) -> list[Run]:
    """The runs of a line with every bare address a link of its own."""
    if len(runs) == 1 and "://" not in runs[0].text:
        return runs
    linked: list[Run] = []
    for run in _merged(runs):
        if "://" not in run.text or run.src or run.style.href or run.style.code:
            linked.append(run)
        else:
            linked += _split(run)
    return linked


def link_marks(blocks: list[Block]) -> None:
    """Makes each `[n]` that is raised a link to the address that the line `[n] …` further down names."""
    if not any("<sup>" in block.html for block in blocks):
        return
    targets: dict[str, str] = {}
    below = None  # the address of the block below: mdnice sets the number on a line of its own
    for block in reversed(blocks):
        for line in block.html.split("<br>"):
            found = _REFERENCE.match(line)
            target = _TARGET.search(line) or (below if _ALONE.fullmatch(line) else None)
            if found and target:
                targets.setdefault(found[1], target[1])
        below = _TARGET.search(block.html)
        if targets and "<sup>" in block.html:
            block.html = _MARK.sub(lambda m: _link(m, targets), block.html)


def _link(mark: re.Match[str], targets: dict[str, str]) -> str:
    html, end = mark.string, mark.start()
    if mark[1] not in targets or html.rfind("<a ", 0, end) > html.rfind("</a>", 0, end):
        return mark[0]
    return f'<a href="{targets[mark[1]]}">{mark[0]}</a>'


def _merged(runs: list[Run]) -> list[Run]:
    """Neighbours of one style as one run: editors cut words, and addresses, into spans."""
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and last.style == run.style and not (last.src or run.src or "\n" in (last.text, run.text)):
            merged[-1] = last._replace(text=last.text + run.text)
        else:
            merged.append(run)
    return merged


def _split(run: Run) -> list[Run]:
    parts, position = [], 0
    for found in _BARE.finditer(run.text):
        address = _without_sentence_end(found[0])
        target = urls.link(address)
        if not target:
            continue
        parts.append(run._replace(text=run.text[position : found.start()]))
        parts.append(run._replace(text=address, style=run.style._replace(href=target)))
        position = found.start() + len(address)
    return [part for part in (*parts, run._replace(text=run.text[position:])) if part.text]


def _without_sentence_end(address: str) -> str:
    surplus = address.count(")") - address.count("(")  # of closing parentheses
    while address and address[-1] in _SENTENCE_END:
        if address[-1] == ")":
            if surplus <= 0:
                break
            surplus -= 1
        address = address[:-1]
    return address
