"""One of the two forms of the client; `tools/unasync` makes the sync one from the other."""
