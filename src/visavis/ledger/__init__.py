"""The append-only log, pure: leaves, the Merkle tree over them, signed checkpoints, exports and their audit. Its rows lie in `records`."""
