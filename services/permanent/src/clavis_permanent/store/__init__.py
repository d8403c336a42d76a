"""SQL of the permanent service. What must be atomic is one statement."""
