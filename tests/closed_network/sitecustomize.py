"""Closes the network in every Python process that has this folder on its `PYTHONPATH`; `tests/conftest.py` sees to it.

An audit hook can't be taken off again, and sees sockets that C modules of Python make. Unix sockets stay open: multiprocessing
uses them. (Code that calls the operating system's socket functions itself is out of its reach.)

A server that a browser of the tests asks is started with `CLOSED_NETWORK=loopback`: it may listen on 127.0.0.1, and reach nothing.
A program that asks it is started with `CLOSED_NETWORK=loopback-client`: it may reach 127.0.0.1 too.
"""

import os
import socket
import sys

INTERNET = {socket.AF_INET, socket.AF_INET6}
KIND = os.environ.get("CLOSED_NETWORK", "")
HERE = {"socket.bind", "socket.connect"} if KIND == "loopback-client" else {"socket.bind"}
LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


class NetworkClosed(RuntimeError):
    """Something tried to reach the network. No `OSError`: code that lives with a missing network must not swallow it."""


def _refuse_all_but_listening(event: str, arguments: tuple[object, ...]) -> None:
    here = event in HERE and isinstance(arguments[1], tuple) and arguments[1][0] == "127.0.0.1"
    known = event in LOOK_UPS and arguments[0] == "127.0.0.1"
    outward = event in LOOK_UPS | {"socket.bind", "socket.connect", "socket.sendto", "socket.sendmsg"}
    if outward and not here and not known and not isinstance(arguments[1], (str, bytes)):
        raise NetworkClosed(f"the server of the tests reaches nothing: {event} {arguments[1:]}")


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in LOOK_UPS or (event == "socket.__new__" and arguments[1] in INTERNET):
        raise NetworkClosed(f"the tests run with the network closed: {event} {arguments[1:]}")


sys.addaudithook(_refuse_all_but_listening if KIND in ("loopback", "loopback-client") else _refuse)
