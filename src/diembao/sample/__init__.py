"""The fictional sample press of the demo."""
