"""A client for OpenAI's Conversations API."""
