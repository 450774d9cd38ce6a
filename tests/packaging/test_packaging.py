"""What operators start it by keeps its promises: image, compose file, service unit, proxies, bundle."""

import configparser
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

HOUSE = Path(__file__).resolve().parents[2]
PACKAGING = HOUSE / "packaging"


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile with their arguments, lines joined and comments gone."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (HOUSE / "Dockerfile").read_text(encoding="utf-8"))
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((HOUSE / "compose.yaml").read_text(encoding="utf-8"))


def test_the_image_is_made_in_two_stages_of_one_named_base():
    build, last = stages()
    assert build[0] == ("FROM", "python:3.11-slim-bookworm AS build")
    assert last[0] == ("FROM", "python:3.11-slim-bookworm")
    assert {name for name, _ in instructions()} <= {
        "FROM", "ENV", "WORKDIR", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip


def test_the_image_installs_by_hashes_and_opens_the_networks_when_it_is_built():
    build = [rest for name, rest in stages()[0] if name == "RUN"]
    assert any("--require-hashes" in rest and "requirements-extras.txt" in rest for rest in build)
    assert any("b.chain" in rest for rest in build)
    assert not any(name == "ADD" or "curl" in rest or "apt" in rest for name, rest in instructions())


def test_the_image_runs_as_nobody_in_particular_and_without_a_shell():
    last = stages()[1]
    given = dict(last)
    assert given["USER"] == "10001:10001"
    assert [name for name, _ in last].index("USER") < [name for name, _ in last].index("ENTRYPOINT")
    for name, rest in instructions():
        if name in ("RUN", "ENTRYPOINT", "CMD"):
            assert rest.startswith('["'), f"{name} {rest}: in the form that needs no shell"
    assert "http://127.0.0.1:8478/healthz" in given["HEALTHCHECK"]
    assert 'CMD ["' in given["HEALTHCHECK"]


def test_the_image_holds_the_package_and_nothing_of_anybody():
    lines = (HOUSE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    asked = [path for name, rest in stages()[0] if name == "COPY" for path in rest.split()[:-1]]
    assert {f"!{path}" for path in asked} == {line for line in lines if line.startswith("!")}
    assert all((HOUSE / path).exists() for path in asked)


def test_only_the_proxy_is_reached_from_outside(compose):
    desk, proxy = compose["services"]["desk"], compose["services"]["proxy"]
    assert "ports" not in desk
    assert desk["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}
    assert proxy["ports"] == ["80:80", "443:443"]
    assert "--behind-proxy" in desk["command"]
    assert proxy["depends_on"] == {"desk": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", ["desk", "proxy"])
def test_a_container_may_do_little(compose, name):
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["restart"] == "unless-stopped"
    assert "privileged" not in service


def test_originals_are_mounted_read_only_data_is_one_volume_and_the_key_is_closed_by_a_secret(compose):
    desk = compose["services"]["desk"]
    mounts = dict(volume.rsplit(":/", 1) for volume in (entry.removesuffix(":ro") for entry in desk["volumes"]))
    assert sorted(mounts.values()) == ["data", "keys", "photos"]
    assert [entry for entry in desk["volumes"] if entry.endswith(":ro")] == [entry for entry in desk["volumes"] if ":/photos" in entry]
    assert [entry for entry in desk["volumes"] if entry.split(":")[0] in compose["volumes"]] == ["data:/data"]
    assert desk["secrets"] == ["key_passphrase"]
    assert desk["environment"]["VISAVIS_KEY_PASSPHRASE_FILE"] == "/run/secrets/key_passphrase"
    assert set(compose["secrets"]["key_passphrase"]) == {"file"}


def unit() -> configparser.ConfigParser:
    class Many(dict):
        """Keys that stand several times are joined."""

        def __setitem__(self, key, value):
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = configparser.RawConfigParser(dict_type=Many, strict=False, empty_lines_in_values=False, comment_prefixes=("#",))
    parser.optionxform = str
    parser.read(PACKAGING / "visavis.service", encoding="utf-8")
    return parser


def test_the_service_is_locked_in():
    service = dict(unit()["Service"])
    assert service["User"] == "visavis"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["MemoryMax"]
    assert service["LoadCredential"].startswith("key-passphrase:")
    assert "VISAVIS_KEY_PASSPHRASE_FILE=%d/key-passphrase" in service["Environment"]
    assert service["CapabilityBoundingSet"] == ""
    assert service["IPAddressDeny"] == "any"
    assert "MemoryDenyWriteExecute" not in service  # it would keep the networks from loading


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze; the rest is tested by reading the file")
def test_systemd_finds_nothing_wrong_with_the_service(tmp_path):
    text = (PACKAGING / "visavis.service").read_text(encoding="utf-8").replace("/opt/visavis/bin/visavis", "/bin/true")
    (tmp_path / "visavis.service").write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", tmp_path / "visavis.service"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_nginx_hands_on_what_the_desk_goes_by_and_keeps_nothing():
    text = re.sub(r"#.*", "", (PACKAGING / "nginx.conf").read_text(encoding="utf-8"))
    assert text.count("{") == text.count("}")
    said = [tuple(line.split(maxsplit=1)) for line in re.findall(r"[^{};]+(?=;)", text.replace("\n", " "))]
    assert ("proxy_set_header", "Host $host") in said
    assert ("proxy_set_header", "X-Forwarded-For $remote_addr") in said
    assert ("access_log", "off") in said
    assert ("gzip", "off") in said
    assert ("proxy_request_buffering", "off") in said
    assert not any(name in ("add_header", "proxy_hide_header") for name, *_ in said)  # the desk's own stay as they are
    assert ("ssl_protocols", "TLSv1.2 TLSv1.3") in said


def test_caddy_hands_on_what_the_desk_goes_by():
    text = re.sub(r"#.*", "", (PACKAGING / "Caddyfile").read_text(encoding="utf-8"))
    assert text.replace("{$", "").count("{") + text.count("{$") == text.count("}")
    assert "reverse_proxy {$VISAVIS_DESK:desk:8478}" in text
    assert "header_up Host" not in text  # Caddy hands it on unchanged by itself
    assert "-X-Forwarded-For" not in text
    assert "encode" not in text


@pytest.fixture(scope="module")
def bundle():
    spec = importlib.util.spec_from_file_location("bundle", PACKAGING / "bundle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def made(bundle, tmp_path):
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    (folder / "wheels" / "visavis-0-py3-none-any.whl").write_bytes(b"no wheel")
    bundle.finish(folder)
    return folder


def install(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(folder / "install.sh"), *words]
    return subprocess.run(command, env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable}, capture_output=True, text=True, check=False)


def test_a_bundle_that_was_changed_on_its_way_installs_nothing(made, tmp_path):
    (made / "wheels" / "visavis-0-py3-none-any.whl").write_bytes(b"another")
    done = install(made, str(tmp_path / "opt"))
    assert done.returncode == 1
    assert "not as it was made" in done.stderr
    assert not (tmp_path / "opt").exists()


def test_a_bundle_for_another_python_installs_nothing(bundle, made, tmp_path):
    (made / bundle.FITS).write_text("python3.9 Linux riscv64\n", encoding="ascii")
    (made / bundle.SUMS).write_text(bundle.sums(made), encoding="ascii")
    done = install(made, str(tmp_path / "opt"))
    assert done.returncode == 1
    assert "is for python3.9 Linux riscv64" in done.stderr
    assert not (tmp_path / "opt").exists()


def test_a_bundle_is_installed_into_a_new_folder_only(made, tmp_path):
    assert install(made).returncode == 2
    done = install(made, str(tmp_path))
    assert done.returncode == 2
    assert "is there already" in done.stderr


def test_a_bundle_holds_the_hashes_of_all_its_files(bundle, made):
    names = [line.split("  ")[1] for line in (made / bundle.SUMS).read_text(encoding="ascii").splitlines()]
    assert names == sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file() and path.name != bundle.SUMS)
    assert {"install.sh", "requirements-extras.txt", "FITS", "visavis.service"} <= set(names)
