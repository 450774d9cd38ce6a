"""Closes the network in every Python process that has this folder on its `PYTHONPATH`; `tests/conftest.py` sees to it.

An audit hook can't be taken off again, and sees sockets that C modules of Python make. Unix sockets stay open: multiprocessing
uses them. (Code that calls the operating system's socket functions itself is out of its reach.)
"""

import socket
import sys

INTERNET = {socket.AF_INET, socket.AF_INET6}
LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


class NetworkClosed(RuntimeError):
    """Something tried to reach the network. No `OSError`: code that lives with a missing network must not swallow it."""


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in LOOK_UPS or (event == "socket.__new__" and arguments[1] in INTERNET):
        raise NetworkClosed(f"the tests run with the network closed: {event} {arguments[1:]}")


sys.addaudithook(_refuse)
