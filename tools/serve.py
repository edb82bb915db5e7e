"""Serve the built site on this machine only, and say so once it is served."""

from __future__ import annotations

import argparse
import errno
import functools
import sys
from collections.abc import Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITE = Path(__file__).resolve().parents[1] / "_build" / "site"
HOST = "127.0.0.1"


class Server(ThreadingHTTPServer):
    """A server that never shares its port: another's pages would be taken for ours."""

    allow_reuse_address = sys.platform != "win32"


def main(argv: Sequence[str] | None = None, site: Path = SITE) -> int:
    """Run the command line until Ctrl+C.

    Args:
        argv: Arguments; those of the process if None.
        site: The folder to serve.

    Returns:
        0, or 1 if there is no site or the port can't be had.
    """
    parser = argparse.ArgumentParser(prog="make serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args(argv).port
    if not 0 <= port < 2**16:
        parser.error(f"PORT must be from 0 (any free one) to 65535, got {port}")
    if not (site / "index.html").is_file():
        print("expected a built site, found none; run `make book`", file=sys.stderr)
        return 1
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(site))
    try:
        server = Server((HOST, port), handler)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "in use by another program" if taken else error.strerror
        print(
            f"port {port} is {reason}; choose another: make serve PORT={port + 1}",
            file=sys.stderr,
        )
        return 1
    with server:
        address = f"http://{HOST}:{server.server_address[1]}"
        print(f"Reading copy at {address} (Ctrl+C stops it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
