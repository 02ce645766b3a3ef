"""`python -m tests.deploy.container.telling_provider PORT FOLDER`: oidc-provider-mock, which notes down what it gives.

And behind TLS, since production speaks to no other provider. Certificate and key are in FOLDER.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import flask
import oidc_provider_mock


def main(port: int, folder: Path) -> None:
    provider = oidc_provider_mock.app(require_nonce=True)

    def note(answer: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/token":
            with (folder / "given").open("a") as given:
                given.write(json.dumps(answer.get_json()) + "\n")
        return answer

    provider.after_request(note)
    chain = (str(folder / "certificate.pem"), str(folder / "key.pem"))
    provider.run("localhost", port, ssl_context=chain, threaded=True, use_reloader=False, use_debugger=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
