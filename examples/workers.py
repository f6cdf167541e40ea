"""Ask questions from threads in forked processes, as gunicorn with `preload_app` or Celery would.

    python examples/workers.py 40

One client serves all: the processes fork when it already has a connection, and each opens its own.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

from openai_conversations import Client

client = Client()


def ask(question: str) -> str:
    """Return the model's text, in a conversation of its own."""
    conversation = client.conversations.create()
    response = client.responses.create(
        model="gpt-5.4", input=question, conversation=conversation.id
    )
    return response.output_text


def work(questions: list[str]) -> list[str]:
    """Ask several questions at once, in a process that was forked."""
    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(ask, questions))


if __name__ == "__main__":
    print(ask("Are you there?"))
    questions = [f"What is {number} squared?" for number in range(int(sys.argv[1]))]
    with get_context("fork").Pool(4) as processes:
        for texts in processes.imap(work, [questions[start::4] for start in range(4)]):
            print(*texts, sep="\n")
