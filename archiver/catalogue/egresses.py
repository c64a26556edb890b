"""Record which egresses there are, and find those that are one address.

An egress is an address from which requests are sent, with a name that its user chose. Two names for one address are one
egress: the limits are then those of the name that was recorded first.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from archiver.catalogue.database import Database
from archiver.catalogue.schema import egress_names

_NOW = func.extract("epoch", func.clock_timestamp())  # the server's time


@dataclass(frozen=True, kw_only=True, slots=True)
class Egress:
    """An egress as the settings describe it.

    `name` is '' for the machine's own, whose limits are in the file of the user. `address` tells which names are one
    egress: the proxy as `host:port`, or the name of the machine; '' if it is not known here. After `stop_after`
    egresses were blocked within ten minutes, none requests a page; 0 means that each is on its own.
    """

    name: str = ""
    address: str = ""
    stop_after: int = 0


def shared_name(database: Database, egress: Egress) -> str:
    """Record the name and address of an egress, and return the name whose limits it has to keep.

    That is the name that was recorded first for the address. Without an address, nothing is recorded.
    """
    if egress.address:
        row = {"name": egress.name, "address": egress.address, "since": _NOW}
        insert = database.insert(egress_names).values(row)
        statement = insert.on_conflict_do_update(
            index_elements=["name"], set_={"address": egress.address, "since": _NOW},
            where=egress_names.c.address != egress.address,
        )  # fmt: skip
        database.write(lambda connection: connection.execute(statement), alone=True)
    address = select(egress_names.c.address).where(egress_names.c.name == egress.name).scalar_subquery()
    query = select(egress_names.c.name).where(egress_names.c.address == address)
    with database.reading() as connection:
        first = connection.execute(query.order_by(egress_names.c.since, egress_names.c.name)).scalar()
    return str(first or egress.name)
