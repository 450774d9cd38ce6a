"""How the documentation is built: `make docs`, which fails on any warning and needs no network."""

project = "Visavis"
author = "the Visavis authors"
copyright = "2026, the Visavis authors"  # noqa: A001  (Sphinx's name for it)

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "Visavis"
# No link at the foot to a host's copy of the source, and no copy of the sources beside the pages.
html_copy_source = False
