"""SQLite files that several processes may use: the data of the local service, an index."""
