"""The migrations. Each is a module that is named after its revision."""
