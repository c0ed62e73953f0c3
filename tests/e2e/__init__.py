"""Tests that open the product as its readers do."""
