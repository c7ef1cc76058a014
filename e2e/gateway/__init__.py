"""A mock of AWS: moto, with what it lacks and what it gets wrong for this platform put right in front of it."""
