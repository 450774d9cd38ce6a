"""Tests of the tests: the network is closed, here and in child processes."""

import multiprocessing
import socket
import subprocess
import sys

import pytest

OPEN_A_SOCKET = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)"


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_an_internet_socket_is_refused(family: socket.AddressFamily) -> None:
    with pytest.raises(RuntimeError, match="network closed"):
        socket.socket(family, socket.SOCK_STREAM)


def test_looking_up_a_host_is_refused() -> None:
    with pytest.raises(RuntimeError, match="network closed"):
        socket.getaddrinfo("localhost", 80)


def test_unix_sockets_stay_open_for_multiprocessing() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"x")
        assert right.recv(1) == b"x"


def test_a_child_process_is_refused_too(closed_network_env: dict[str, str]) -> None:
    child = subprocess.run([sys.executable, "-c", OPEN_A_SOCKET], env=closed_network_env, capture_output=True, text=True, check=False)
    assert "NetworkClosed" in child.stderr


def _family_refused() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except RuntimeError:
        return True
    return False


def test_a_spawned_worker_is_refused_too() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_family_refused)
