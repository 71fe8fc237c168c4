"""Statistics as pure functions on arrays; they know neither images nor features."""
