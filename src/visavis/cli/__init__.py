"""The command line: parse, call one use case, print. Results to standard output, everything else to standard error."""
