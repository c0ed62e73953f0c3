"""Language tools that rooms share: normal forms, addresses, times."""
