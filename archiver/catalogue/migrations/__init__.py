"""Migrations that bring the catalogue of an older version to the newest schema."""
