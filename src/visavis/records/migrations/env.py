"""Alembic's entry point: migrates the one file that it is handed; there is no `alembic.ini`."""

import sqlalchemy as sa
from alembic import context

from visavis.records import tables


def _run() -> None:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(context.config.attributes["database"])))
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute("PRAGMA wal_autocheckpoint=0")  # every checkpoint is one of the page seals
        context.configure(connection=connection, target_metadata=tables.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


_run()
