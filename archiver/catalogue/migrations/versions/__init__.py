"""Hold the migrations: a module for each revision of the schema, such as v0002 for the revision 0002."""
