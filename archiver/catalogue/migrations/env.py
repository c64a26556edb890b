"""Run the migrations of one catalogue.

Alembic executes this module; migration.py passes the connection to Alembic.
"""

from alembic import context

from archiver.catalogue.schema import tables

context.configure(connection=context.config.attributes["connection"], target_metadata=tables, render_as_batch=True)
context.run_migrations()
