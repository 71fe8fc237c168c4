"""The report of a study: figures and tables of what running a recipe gave."""
