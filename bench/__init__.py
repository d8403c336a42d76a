"""Load figures of one machine: what a running demo answers per second, and what it costs."""
