"""Polite, guarded fetching: a pure plan, and one function that talks to the network."""
