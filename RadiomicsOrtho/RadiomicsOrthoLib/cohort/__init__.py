"""Many cases: from folders of scans and regions to one table of features."""
