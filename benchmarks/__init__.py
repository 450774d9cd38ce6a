"""Measurements that are run by hand (`make bench`), never in CI."""
