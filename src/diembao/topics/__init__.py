"""Which articles are about the topic, and why."""
