"""Law in the engine: charters, what a picture may become, and the only place that issues a clearance. Pure; rules are data in `packs`."""
