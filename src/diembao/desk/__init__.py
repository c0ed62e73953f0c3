"""The SQLite file of what people and the collector did."""
