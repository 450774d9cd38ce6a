"""Visavis: a self-hosted face search engine in which data-protection law is part of the engine."""

__version__ = "0.1.0"
