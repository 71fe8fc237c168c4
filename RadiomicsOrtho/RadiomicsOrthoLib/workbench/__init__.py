"""Published designs on one's own table: check it, run a study, validate a model elsewhere, simulate a table."""
