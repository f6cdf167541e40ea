"""The rules of an append: what it knows, how it finds its items again, what it returns. Pure."""
