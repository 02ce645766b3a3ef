"""A provider over real HTTP whose every answer a test chooses, the wrong ones above all."""

from __future__ import annotations

import functools
import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

CLIENT_ID = "papyrus-client"
CLIENT_SECRET = "secret-of-the-client"
CODE = "good-code"
KEY_ID = "key-1"
PERSON: dict[str, Any] = {
    "sub": "auth0|1",
    "email": "yamada@papyrus.example",
    "email_verified": True,
    "name": "山田 花子",
    "https://papyrus/roles": ["clerk"],
}


@functools.cache
def key(name: str) -> RSAPrivateKey:
    """A key; the provider signs with its own, a forger with another."""
    del name
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_pem() -> bytes:
    return key(KEY_ID).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk_of(name: str) -> dict[str, Any]:
    public: dict[str, Any] = RSAAlgorithm.to_jwk(key(name).public_key(), as_dict=True)
    return public


def _present(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


class ChosenProvider:
    """Answers as a provider would. Change what it is to answer by its attributes."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.person = dict(PERSON)
        self.nonce = ""
        self.challenge = ""
        self.make_token: Callable[[], str] = self.token
        self.refresh_token: str | None = "refresh-1"
        self.renews_id_token = True
        self.userinfo: dict[str, Any] | None = None
        self.keys = [KEY_ID]
        self.document: dict[str, Any] = {}
        # Status by path, instead of an answer.
        self.fails: dict[str, int] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def token(self, *, signed_by: str = KEY_ID, algorithm: str = "RS256", header: Any = None, **changes: Any) -> str:
        """An ID token for the sign-in under way, `changes` in its claims; None takes a claim out."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 600, "nonce": self.nonce}
        claims |= self.person | changes
        return jwt.encode(
            _present(claims), key(signed_by), algorithm=algorithm, headers=_present({"kid": KEY_ID} | (header or {}))
        )

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append((path, form))
        if status := self.fails.get(path):
            return status, {"error": "server_error", "error_description": form.get("code", "")}
        answers: dict[str, Callable[[dict[str, str]], tuple[int, dict[str, Any]]]] = {
            "/.well-known/openid-configuration": self._discovery,
            "/jwks": self._keys,
            "/token": self._token,
            "/userinfo": lambda _: (200, self.person if self.userinfo is None else self.userinfo),
        }
        return answers[path](form)

    def _discovery(self, _: dict[str, str]) -> tuple[int, dict[str, Any]]:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        named = {name: self.issuer + path for name, path in (paths | {"userinfo_endpoint": "/userinfo"}).items()}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]}
        return 200, {"issuer": self.issuer} | methods | named | self.document

    def _keys(self, _: dict[str, str]) -> tuple[int, dict[str, Any]]:
        return 200, {"keys": [jwk_of(name) | {"kid": name} for name in self.keys]}

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("client_secret") != CLIENT_SECRET:
            return 401, {"error": "invalid_client"}
        if form["grant_type"] == "refresh_token":
            return self._renewed(form)
        proof = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if form["code"] != CODE or proof != self.challenge:
            return 400, {"error": "invalid_grant"}
        return 200, self._tokens(self.make_token())

    def _renewed(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form["refresh_token"] != self.refresh_token:
            return 400, {"error": "invalid_grant"}
        # Each may be used once, as Auth0 has it with rotation.
        self.refresh_token = f"refresh-{int(self.refresh_token.rpartition('-')[2]) + 1}"
        return 200, self._tokens(self.token(nonce=None) if self.renews_id_token else None)

    def _tokens(self, identity: str | None) -> dict[str, Any]:
        tokens = {"access_token": "access", "token_type": "Bearer", "expires_in": 600}
        return tokens | {
            name: value for name, value in (("id_token", identity), ("refresh_token", self.refresh_token)) if value
        }


@contextmanager
def running() -> Iterator[ChosenProvider]:
    """A provider that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made = server.provider = ChosenProvider(server.server_address[1])  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, body: str) -> None:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if (sent := self.headers.get("Authorization", "")).startswith("Basic "):
            form["client_id"], form["client_secret"] = b64decode(sent[6:]).decode().split(":")
            form["method"] = "basic"
        status, found = self.server.provider.answer(urlsplit(self.path).path, form)  # type: ignore[attr-defined]
        content = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
