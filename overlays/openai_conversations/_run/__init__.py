"""The rules of `conversations.run`: which calls are open, who runs them, what comes next. Pure."""

NOT_IN_A_RUN = ("background", "conversation", "previous_response_id", "stream")
"""Parameters of a response that a run sets itself, or that it cannot have."""
