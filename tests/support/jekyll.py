"""A site that real Jekyll builds of an archive."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SITE = {
    "_config.yml": "{baseurl: /blog, timezone: Asia/Shanghai, permalink: '/:title.html', kramdown: {input: GFM}}",
    "_layouts/post.html": (
        "<!doctype html><meta charset=utf-8><style>article { width: 700px; overflow-wrap: anywhere } img { max-width: 100% }</style>"
        "<h1>{{ page.title | escape }}</h1><article>{{ content }}</article>"
    ),
}


def build(site: Path) -> Path:
    """The folder of the site that Jekyll makes of an archive; its build must say nothing."""
    for name, content in SITE.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(content)
    built = site.with_name("built")
    done = subprocess.run(
        ["jekyll", "build", "--quiet", "--source", site, "--destination", built, "--disable-disk-cache"],
        env={**os.environ, "JEKYLL_NO_BUNDLER_REQUIRE": "true", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return built
