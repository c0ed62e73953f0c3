"""Diembao (điểm báo, press review): measure press coverage honestly."""
