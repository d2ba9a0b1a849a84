"""Debugging loss curves: spikes and their records, two small models, and the laboratory that trains."""
