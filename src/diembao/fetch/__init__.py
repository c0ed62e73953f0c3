"""Polite, guarded fetching: a pure plan, and one function that talks to the network.

client   `Client.fetch`, the one function        guard, backends   where a connection may go, and how
plan     the pace of hosts, the rhythm of feeds   exchange, body    one answer: whole, or with its reason
order    which jobs may start now                robots, signals   what a publisher allows
contact  who is asking

Nothing is imported here, so that a sandbox worker that reads a robots.txt does not load the network.
"""
