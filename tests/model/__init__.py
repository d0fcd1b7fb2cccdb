"""The words of all rooms."""
