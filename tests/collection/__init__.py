"""The collection under real ansible-core, against the lab."""
