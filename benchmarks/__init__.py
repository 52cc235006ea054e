"""Benchmarks: each topic runs beside its peer in one process; `make bench` runs them all."""
