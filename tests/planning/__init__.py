"""From wanted and observed to a plan."""
