"""Migrate the catalogue of an older version of archiver to the newest schema."""
