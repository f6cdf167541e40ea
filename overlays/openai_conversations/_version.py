"""The version, as a constant: asking the installed metadata for it costs 10 ms at import."""

__version__ = "0.1.0"
