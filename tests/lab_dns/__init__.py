"""The DNS of the lab against the programs that people use."""
