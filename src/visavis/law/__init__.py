"""Law in the engine: charters, what a picture may become, and the only place that issues a clearance.

Time, sources, cases and the policy pack are arguments; the rules are data in `packs`. Only `reading.read_charter` opens files.
"""
