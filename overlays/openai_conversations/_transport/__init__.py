"""The way to the service and back: retries, deadlines, transports and the errors they raise."""
