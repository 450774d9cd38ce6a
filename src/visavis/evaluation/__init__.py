"""Trials and metrics of face search, on numbers alone: knows no file, no picture and no network; standard library, numpy and scipy only."""
