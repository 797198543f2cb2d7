"""Django's database backend for PostgreSQL with statements that are planned once."""
