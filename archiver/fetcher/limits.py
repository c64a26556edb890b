"""Sizes and times that bound what is read from a server or a file."""

from __future__ import annotations

MIB = 2**20
PAGE_LIMIT = 20 * MIB  # bytes after decompression
IMAGE_LIMIT = 50 * MIB  # bytes after decompression
LONGEST_WAIT = 120.0  # seconds; a server that asks for more is left alone until another run
