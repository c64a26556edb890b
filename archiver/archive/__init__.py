"""The files of an archive (posts, media, snapshots of pages) and their agreement with its catalogue."""
