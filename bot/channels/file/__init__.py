"""Reports in a folder."""
