"""Create the schema of a catalogue on SQLite or PostgreSQL, or migrate an older schema to the newest revision."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from archiver.catalogue.schema import REVISION, tables
from archiver.errors import OutputError
from archiver.messages.message import message

_log = logging.getLogger(__name__)


def revision_of(connection: Connection) -> str:
    """Return the revision of the schema; '' if the database is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def refuse_newer(revision: str, name: str) -> None:
    """Raise OutputError if a newer version of archiver made the catalogue. `name` is its name in the message."""
    if revision > REVISION:
        raise OutputError(
            message(
                "was made by a newer archiver (schema {revision}, this one knows {own}): upgrade archiver",
                revision=revision,
                own=REVISION,
            ),
            concerns=name,
        )


def migrate(connection: Connection, revision: str) -> None:
    """Migrate the schema from `revision` to the newest one; if `revision` is '', create the newest schema."""
    if revision:
        _log.info("the catalogue is migrated from schema %s to %s", revision, REVISION)
        upgrade(connection)
        return
    tables.create_all(connection)
    connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
    connection.execute(text("DELETE FROM alembic_version"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})


def upgrade(connection: Connection) -> None:
    """Run all migrations that are newer than the catalogue's schema. The catalogue must have a schema already."""
    from alembic import command  # the import takes a second, so it is done only for a migration
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    command.upgrade(config, "head")
