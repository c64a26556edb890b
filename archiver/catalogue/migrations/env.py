"""Run the migrations of one catalogue.

Alembic executes this module; opening.py passes the connection.
"""

from alembic import context

from archiver.catalogue.schema import tables

context.configure(connection=context.config.attributes["connection"], target_metadata=tables, render_as_batch=True)
context.run_migrations()
