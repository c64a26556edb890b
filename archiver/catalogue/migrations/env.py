"""Alembic's entry: brings one catalogue, over the connection that opening.py hands it, to the newest schema."""

from alembic import context

from archiver.catalogue.schema import tables

context.configure(connection=context.config.attributes["connection"], target_metadata=tables, render_as_batch=True)
context.run_migrations()
