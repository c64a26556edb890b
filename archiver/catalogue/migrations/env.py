"""Alembic's entry point: migrate one catalogue over the connection that opening.py passes to it."""

from alembic import context

from archiver.catalogue.schema import tables

context.configure(connection=context.config.attributes["connection"], target_metadata=tables, render_as_batch=True)
context.run_migrations()
