"""What every family owes the house, tried on simulated boxes: the six laws of the design."""
