"""Sentences to translate, in modules that do without Django."""


def gettext_noop(message: str) -> str:
    """Return `message`; the name lets makemessages find it."""
    return message
