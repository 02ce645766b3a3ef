"""Django's PostgreSQL backend, except that a refused password is looked up anew (settings.DATABASE_SECRET_ARN).

Everything that connects comes through here: pages and commands by way of Django, the probes by asking Django's
connection for a new one.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base

from deploy.database_secret import RotatingSignIn, SignIn, rotating_sign_in

INVALID_PASSWORD = "28P01"  # noqa: S105 - PostgreSQL's Appendix A, error codes


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Return what Django's own returns, with the sign-in that the database accepted last."""
        parameters = super().get_connection_params()
        rotating = _rotating_sign_in()
        return _with(parameters, rotating.accepted) if rotating and rotating.accepted else parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; when the password is refused, once more with each that the secret holds instead.

        Raises psycopg.Error when that fails, too.
        """
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            rotating = _rotating_sign_in()
            if rotating is None or not _is_password_refused(error):
                raise
            connection = self._connection_by_secret(conn_params, rotating)
            if connection is None:
                raise
            return connection

    def _connection_by_secret(self, parameters: dict[str, Any], rotating: RotatingSignIn) -> Any | None:
        refused = SignIn(user=parameters.get("user", ""), password=parameters.get("password", ""))
        for sign_in in rotating.instead_of(refused):
            try:
                connection = super().get_new_connection(_with(parameters, sign_in))
            except psycopg.OperationalError as error:
                if not _is_password_refused(error):
                    raise
                continue
            rotating.accept(sign_in)
            return connection
        return None


def _rotating_sign_in() -> RotatingSignIn | None:
    return rotating_sign_in(settings.DATABASE_SECRET_ARN) if settings.DATABASE_SECRET_ARN else None


def _with(parameters: dict[str, Any], sign_in: SignIn) -> dict[str, Any]:
    return parameters | {"user": sign_in.user, "password": sign_in.password}


def _is_password_refused(error: psycopg.OperationalError) -> bool:
    # libpq keeps the SQLSTATE of a refused connection to itself and hands out the server's words.
    return error.sqlstate == INVALID_PASSWORD or "password authentication failed" in str(error)
