"""Sum up in words what `archiver import` took from another archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from archiver.messages.message import message


def merge_summary(counts: Mapping[tuple[str, str], int], name: str, *, is_dry: bool = False) -> list[str]:
    """Return the summary of merging another archive into this one (the command `import`), as lines of text.

    `counts` holds the number of results for each pair of MergeResult.what and MergeResult.outcome. `name` is the folder
    of the other archive. The last line says whether this folder can be deleted or is still needed. With `is_dry`, no
    line says that the folder can be deleted.
    """

    def count_words(*outcomes: str) -> str:
        kinds = {"post": "articles", "media": "pictures", "page": "pages", "removal": "removals"}
        numbers = {word: sum(counts.get((what, each), 0) for each in outcomes) for what, word in kinds.items()}
        return message("{articles} articles, {pictures} pictures, {pages} pages, {removals} removals", **numbers)

    lines: list[str] = [
        message(
            "taken in: {new}; here already: {old}", new=count_words("imported", "updated"), old=count_words("unchanged")
        )
    ]
    total = Counter[str]()
    for (_, outcome), count in counts.items():
        total[outcome] += count
    if total["skipped"]:
        lines.append(
            message(
                "{count} files of articles that were taken out here: --restore-removed takes them in",
                count=total["skipped"],
            )
        )
    if total["conflict"]:
        lines.append(
            message("{count} conflicts: ours stays, theirs lie in .archive/conflicts", count=total["conflict"])
        )
    if total["failed"]:
        lines.append(
            message(
                "{count} files of {name} are damaged and were not taken: keep it until they are had",
                count=total["failed"],
                name=name,
            )
        )
    elif total["left"]:
        lines.append(
            message(
                "{count} files of {name} were not taken (-v names them): save yours before it is deleted",
                count=total["left"],
                name=name,
            )
        )
    elif not is_dry:
        lines.append(
            message(
                "every article, picture and page that {name} holds is here or named above: it can be deleted", name=name
            )
        )
    return lines
