"""Django's database backend for SQLite with one fair writer queue per database."""
