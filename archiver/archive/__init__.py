"""Manage the files of an archive (posts, media, snapshots) and keep them consistent with its catalogue."""
