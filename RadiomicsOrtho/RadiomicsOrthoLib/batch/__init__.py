"""Many scans: a list of cases in, tables and cards out; what was computed once is kept, whatever happens."""
