"""Define limits for the sizes of responses and files, and for waiting times."""

from __future__ import annotations

MIB = 2**20
PAGE_LIMIT = 20 * MIB  # maximum bytes of a page after decompression
IMAGE_LIMIT = 50 * MIB  # maximum bytes of an image after decompression
LONGEST_WAIT = 120.0  # seconds; a server that asks for a longer wait gets no more requests in this run
