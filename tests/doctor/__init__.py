"""The doctor: what it finds, in which order, and what it heals."""
