"""`make behind`: where the OpenAPI document lacks or refuses what openai (Python) has types for.

It runs in an environment of its own, with the standard library and the package that it looks at.
"""
