import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from visavis.domain.errors import SetupError
from visavis.engines import runtime
from visavis.engines.fold import folded_file
from visavis.engines.pack import Pack
from visavis.engines.runtime import ONNXRUNTIME, OPENVINO, RUNTIMES, faster_runtime, open_network

SAMPLE = np.zeros((1, 3, 64, 64), np.float32)

_WATCHED_IMPORT = """
import sys
seen = []
def hook(event, args):
    opens_to_write = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if event.startswith(("socket.", "subprocess.", "os.fork", "os.exec", "os.mkdir")) or opens_to_write:
        seen.append((event, args))
sys.dont_write_bytecode = True
sys.addaudithook(hook)
from visavis.engines.runtime import import_onnxruntime, import_openvino
import_openvino().Core()
import_onnxruntime()
assert not seen, seen
"""


@pytest.fixture
def model(default_pack: Pack, cache: Path) -> Path:
    shape = default_pack.manifest.detector.input_shape
    return folded_file(default_pack.detector_file, shape=shape, folder=cache / default_pack.hash, role="detector")


def test_loading_the_runtimes_opens_no_socket_starts_no_process_and_writes_nothing(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", _WATCHED_IMPORT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_importing_the_engines_loads_no_runtime() -> None:
    code = "import sys, visavis.engines.chain; sys.exit(bool({'openvino', 'onnxruntime', 'onnx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", RUNTIMES)
def test_outputs_carry_the_names_that_the_network_gives_them(model: Path, name: str) -> None:
    network = open_network(model, runtime=name, threads=1)
    assert network.runtime == name
    answers = network.run(SAMPLE)
    assert {"cls_8", "obj_16", "bbox_32", "kps_8"} <= set(answers)
    assert answers["cls_8"].shape == (1, 64, 1)


def test_an_unknown_runtime_is_refused_with_the_known_ones(model: Path) -> None:
    with pytest.raises(SetupError) as refusal:
        open_network(model, runtime="tensorrt", threads=1)
    assert "openvino, onnxruntime" in refusal.value.remedy


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_file_that_is_no_network_is_refused_by_either_runtime(tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(SetupError, match=r"bad\.onnx"):
        open_network(tmp_path / "bad.onnx", runtime=name, threads=1)


@pytest.mark.parametrize("name", RUNTIMES)
def test_an_input_that_does_not_fit_is_an_error_of_ours(model: Path, name: str) -> None:
    with pytest.raises(SetupError, match="can't run"):
        open_network(model, runtime=name, threads=1).run(np.zeros((1, 5, 64, 64), np.float32))


def test_the_choice_is_measured_once_and_remembered(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = tmp_path / "runtimes.json"
    choice = faster_runtime(model, sample=SAMPLE, threads=1, memory=memory, key="k")
    assert set(choice.milliseconds) == set(RUNTIMES)
    assert choice.runtime == min(choice.milliseconds, key=lambda name: choice.milliseconds[name])
    monkeypatch.setattr(runtime, "open_network", lambda *_, **__: pytest.fail("measured again"))
    assert faster_runtime(model, sample=SAMPLE, threads=1, memory=memory, key="k") == choice


@pytest.mark.parametrize("content", ["", "[]", '{"k": 1}', '{"k": {"runtime": "abacus", "milliseconds": {}, "problems": []}}'])
def test_an_unreadable_memory_is_measured_anew(model: Path, tmp_path: Path, content: str) -> None:
    memory = tmp_path / "runtimes.json"
    memory.write_text(content, "utf-8")
    choice = faster_runtime(model, sample=SAMPLE, threads=1, memory=memory, key="k")
    assert [kept["runtime"] for kept in json.loads(memory.read_text("utf-8")).values()] == [choice.runtime]


def test_a_runtime_that_fails_leaves_the_other_and_says_so(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise SetupError("OpenVINO can't be loaded: illegal instruction")

    monkeypatch.setattr(runtime, "import_openvino", broken)
    for _ in range(2):  # measured, then remembered
        choice = faster_runtime(model, sample=SAMPLE, threads=1, memory=tmp_path / "runtimes.json", key="k")
        assert choice.runtime == ONNXRUNTIME
        assert choice.problems == ("OpenVINO can't be loaded: illegal instruction",)


def test_no_runtime_at_all_is_a_set_up_error_that_names_both(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(SetupError, match=r"OpenVINO.*ONNX Runtime"):
        faster_runtime(tmp_path / "bad.onnx", sample=SAMPLE, threads=1, memory=tmp_path / "m.json", key="k")


def test_openvino_computes_in_float32(model: Path) -> None:
    network = open_network(model, runtime=OPENVINO, threads=1)
    assert "float" in str(network._model.get_property("INFERENCE_PRECISION_HINT"))
