"""What it costs to prove an archive: `python -m benchmarks.verify [RESULT.json]`, 1,000 and 10,000 articles.

Each article has a post, a snapshot of 300 kB as WeChat's pages have, and two pictures of 60 kB. In one run, on the same
files, warm: `archiver verify`, and `sha256sum` over all of them. Prints both, their ratio, and the most memory.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from archiver.archive.captures import SnapshotStore
from archiver.catalogue import schema, sqlite
from benchmarks.calls import call
from tests.support.wechat import numbered

SIZES = (1000, 10_000)
PAGE, PICTURE = 300_000, 60_000  # bytes
PICTURES = 2
_HEAD = '---\ntitle: "测试"\nwechat:\n  biz: "MzA5MDAwMDAwMQ=="\n  mid: "{mid}"\n  idx: "1"\n---\n'


def fill(folder: Path, count: int) -> None:
    """Makes an archive of so many articles in `out`."""
    root = folder / "out"
    for name in ("_posts", "postimg", ".archive"):
        (root / name).mkdir(parents=True)
    file = root / ".archive" / "catalogue.db"
    engine = sqlite.open_engine(file)
    sqlite.bring_up_to_date(engine, file)
    snapshots = SnapshotStore(root, _write)
    chance = random.Random(1)
    words = [chance.randbytes(6).hex() for _ in range(20_000)]
    page = " ".join(chance.choices(words, k=PAGE // 13))
    tables = schema.tables.tables
    with engine.begin() as connection:
        for number in range(1, count + 1):
            article, captures = _article(root, number), _capture(snapshots, number, page)
            connection.execute(tables["articles"].insert().values(article))
            connection.execute(tables["captures"].insert().values(captures))
            for each in range(PICTURES):
                medium = _medium(root, number * PICTURES + each, chance)
                connection.execute(tables["media"].insert().values(medium))
                link = {"article_id": number, "media_id": medium["id"]}
                connection.execute(tables["article_media"].insert().values(link))
    engine.dispose()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _article(root: Path, number: int) -> dict[str, object]:
    pictures = "".join(
        f"![]({{{{site.baseurl}}}}/{_name(number * PICTURES + each)}.png)\n\n" for each in range(PICTURES)
    )
    content = (_HEAD.format(mid=2650000000 + number) + "正文。" * 600 + "\n\n" + pictures).encode()
    name = f"_posts/2023-05-24-{number}.md"
    (root / name).write_bytes(content)
    return {
        "id": number, "key": numbered.key(number), "account": "", "account_id": "", "title": "", "type": "article",
        "url": numbered.address(number), "archived": 1, "state": "article", "state_seen": 1, "post": name,
        "published_as": f"2023-05-24-{number}", "digest": sha256(content).hexdigest(), "source": "",
        "images_expected": 2, "images_saved": 2, "images_failed": 0, "warnings": [], "removed": [],
    }  # fmt: skip


def _capture(snapshots: SnapshotStore, number: int, page: str) -> dict[str, object]:
    kept = snapshots.keep(f"<html>{number}{page}".encode())
    address = numbered.address(number)
    return {
        "article_id": number, "url": address, "final_url": address, "status": 200, "headers": [], "captured": 1,
        "state": "article", "saved": 0, "redacted": [], "sha256": kept.sha256, "size": kept.size,
    }  # fmt: skip


def _name(number: int) -> str:
    return f"postimg/picture{number:09}"


def _medium(root: Path, number: int, chance: random.Random) -> dict[str, object]:
    content, name = chance.randbytes(PICTURE), _name(number)
    (root / f"{name}.png").write_bytes(content)
    return {
        "id": number, "name": name, "stem": name, "folded": name, "path": f"{name}.png", "size": len(content),
        "sha256": sha256(content).hexdigest(), "reason": "", "tries": 0, "url": "", "headers": [],
    }  # fmt: skip


def summed(folder: Path) -> float:
    """The seconds that sha256sum takes over every file of the archive."""
    files = sorted(str(path) for path in (folder / "out").rglob("*") if path.is_file() and "catalogue" not in path.name)
    start = time.perf_counter()
    subprocess.run(["xargs", "-0", "sha256sum"], input="\0".join(files).encode(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def measured(folder: Path, size: int) -> dict[str, float]:
    """What an archive of so many articles took."""
    fill(folder, size)
    summed(folder)  # now the files are in memory
    plain = min(summed(folder) for _ in range(3))
    cost = min((call(folder, "verify", "-o", "out") for _ in range(3)), key=lambda cost: cost.seconds)
    held = sum(path.stat().st_size for path in (folder / "out").rglob("*") if path.is_file())
    return {
        "articles": size, "megabytes_on_disk": held / 2**20, "seconds": cost.seconds, "computing": cost.computing,
        "sha256sum_seconds": plain, "ratio": cost.seconds / plain, "megabytes": cost.megabytes,
    }  # fmt: skip


def main() -> None:
    """Prints what each size took; writes it as JSON where the first argument says."""
    rows = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            rows.append(measured(Path(name), size))
        print(", ".join(f"{name} {value:.4g}" for name, value in rows[-1].items()), flush=True)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps({"rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
