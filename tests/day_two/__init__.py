"""Changes of a cluster that is there, on simulated boxes: from healthy, from every fault, cut."""
