"""Values, ids, errors and the words of the field. Knows no file, no SQL and no web; standard library and numpy only."""
