"""Schema versions, applied by `visavis.records.database.migrate`."""
