"""Measurements beside openai-python and plain httpx; the packages never import them."""
