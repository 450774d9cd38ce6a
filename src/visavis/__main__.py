"""`python -m visavis` is `visavis`."""

from visavis.cli.app import main

main()
