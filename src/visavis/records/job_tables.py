"""The tables of jobs that run by themselves, and of schedules; `job` in `tables` is one run of ingest, of which a job makes several."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata

job_asked = Table(
    "job_asked",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("source_number", ForeignKey("source.number"), nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("wanted", Text, nullable=False, server_default=""),
    Column("options", Text, nullable=False),
    Column("person_id", String(36)),
    Column("scheduled", Integer, nullable=False, server_default="0"),
    Column("retry_of", String(36)),
    Column("asked_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("read", Integer, nullable=False, server_default="0"),
    Column("faces", Integer, nullable=False, server_default="0"),
    Column("outcomes", Text, nullable=False, server_default="{}"),
    Column("detail", LargeBinary),
    sqlite_autoincrement=True,
)
"""`wanted`: what a person wants of a job that is running, and its process has not heard yet: empty, `pause` or `stop`."""

job_schedule = Table(
    "job_schedule",
    metadata,
    Column("source_number", ForeignKey("source.number"), primary_key=True),
    Column("every_hours", Integer),
    Column("since", String(5)),
    Column("until", String(5)),
    Column("zone", Text),
    Column("person_id", String(36)),
    Column("set_at", UtcTime, nullable=False),
)
