"""Where the command begins, as `visavis` and as `python -m visavis`: before anything is loaded, so that Ctrl-C is quiet from the start."""

import sys


def main() -> None:
    """Run the command line; the console script."""
    try:
        from visavis.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
