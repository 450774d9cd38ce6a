"""What is true: SQL tables and the only queries, the unit of work, migrations, row files, page seals and the vault."""
