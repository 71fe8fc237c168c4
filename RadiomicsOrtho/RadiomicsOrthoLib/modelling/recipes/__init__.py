"""Published study designs as recipes: what is learned from which columns, how it is validated, what is reported."""
