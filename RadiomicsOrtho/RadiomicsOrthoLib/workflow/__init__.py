"""From a scan to its cards as a chain of stages, of which only those are computed that something changed for."""
