"""Read what the machines of a cluster recorded on the server, and let a new machine join them.

The archive of a cluster has its catalogue on a server; each machine has a folder of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, MetaData, func, select

from archiver.catalogue.database import Database
from archiver.catalogue.host_limits import to_state
from archiver.catalogue.location import Location
from archiver.catalogue.schema import egress_hosts, egress_names, egresses, owner_table, server_tables, workers
from archiver.catalogue.workers import is_alive
from archiver.errors import ConfigError
from archiver.messages.message import message
from archiver.policy import HostState


def join(location: Location) -> None:
    """Write the id of the archive in the server's database to the folder of this machine.

    The folder must have no archive. Raise ConfigError if the database has no catalogue yet.
    """
    with _reading(location, server_tables) as connection:
        archive_id = connection.execute(select(owner_table.c.id)).scalar()
    if not archive_id:
        raise ConfigError(message("is no cluster yet: `archiver cluster init`"), concerns=location.name)
    location.write_archive_id(str(archive_id))


def egress_states(location: Location, host: str) -> list[tuple[str, str, HostState]]:
    """Return (name, address, state of the host) of each egress, in the order of the names."""
    joined = egress_names.outerjoin(
        egress_hosts, (egress_hosts.c.egress == egress_names.c.name) & (egress_hosts.c.host == host)
    )
    query = select(egress_names.c.name, egress_names.c.address, egress_hosts).select_from(joined)
    with _reading(location, egresses) as connection:
        rows = connection.execute(query.order_by(egress_names.c.name)).mappings().all()
    return [
        (str(row["name"]), str(row["address"]), to_state(row) if row["host"] is not None else HostState())
        for row in rows
    ]  # fmt: skip


def count_alive_runs(location: Location) -> int:
    """Return the number of runs that are working, on all machines: workers and other commands."""
    with _reading(location, server_tables) as connection:
        return int(connection.execute(select(func.count()).select_from(workers).where(is_alive())).scalar_one())


@contextmanager
def _reading(location: Location, schema: MetaData) -> Iterator[Connection]:
    with closing(Database(location, schema)) as database, database.reading() as connection:
        yield connection
