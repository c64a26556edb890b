"""Answer the requests of the reader: one module a subject, each with its ROUTES."""
