"""What sends requests: connections, retries, deadlines, and the errors that transports raise."""
