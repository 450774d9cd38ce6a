"""Bytes to upright RGB, within limits. `photo` is the door; `metadata` reads what a file says; `formats` tells what it is."""
