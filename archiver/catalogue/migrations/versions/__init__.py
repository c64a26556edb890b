"""The migrations, one module each, named by its revision."""
