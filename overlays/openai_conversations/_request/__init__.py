"""From arguments to an HTTP request: operations, validation, encoding, client options. Pure."""
