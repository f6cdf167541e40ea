"""What a request is in OpenTelemetry: a span, its attributes, and contents if asked for. No I/O."""
