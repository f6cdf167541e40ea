"""From an HTTP response to objects: JSON, parsing, server-sent events, strict checks. Pure."""
