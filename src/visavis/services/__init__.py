"""One use case a file (a package where it needs several), one public method each; no use case calls another."""
