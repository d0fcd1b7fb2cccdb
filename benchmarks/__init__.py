"""Measurements that are run by hand. Ratios within one run; absolute times do not carry over."""
