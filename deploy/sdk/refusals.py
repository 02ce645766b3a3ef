"""What AWS, or the way to it, answers instead of doing as asked: its code, and a sentence with the remedy."""

from __future__ import annotations

from typing import TypeAlias

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

Refusal: TypeAlias = ClientError | BotoCoreError

SIGN_IN = "Sign in, or set AWS_PROFILE."
WITHOUT_CREDENTIALS = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.ProfileNotFound,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)
# Of keys that AWS does not know, that do not belong together, or whose time is over.
CREDENTIALS_REFUSED = (
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)


def code_of(error: ClientError) -> str:
    """Return AWS's short code of `error`, such as AccessDeniedException."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def sentence_of(error: Refusal) -> str:
    """Return what was refused and why, and what to do when it is about who asks."""
    remedy = f" {SIGN_IN}" if _is_about_credentials(error) else ""
    if not isinstance(error, ClientError):
        return f"AWS could not be asked: {str(error).rstrip('.')}.{remedy}"
    said = error.response.get("Error", {}).get("Message") or "without a message"
    return f"AWS refused {error.operation_name}: {code_of(error)}, {said.rstrip('.')}.{remedy}"


def _is_about_credentials(error: Refusal) -> bool:
    if isinstance(error, ClientError):
        return code_of(error) in CREDENTIALS_REFUSED
    return isinstance(error, WITHOUT_CREDENTIALS)
