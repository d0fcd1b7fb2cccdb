"""Fleets with trouble: long campaigns over the boxes and inventories of the benchmarks."""
