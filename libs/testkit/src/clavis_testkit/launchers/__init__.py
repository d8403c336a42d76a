"""Real servers for the demo and the tests: PostgreSQL and brokers of the Kafka protocol.

Everything here is synchronous and starts processes as direct children of the caller.
"""
