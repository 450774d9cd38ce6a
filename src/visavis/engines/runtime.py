"""One door to the two inference runtimes, and the choice between them: each network runs on the one that is faster on this machine."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.domain.errors import SetupError
from visavis.engines.fold import write_whole

OPENVINO = "openvino"
ONNXRUNTIME = "onnxruntime"
RUNTIMES = (OPENVINO, ONNXRUNTIME)
_OTHER = "install Visavis again, or use the other runtime: VISAVIS_RUNTIME={}"

Tensor = NDArray[np.float32]


class Network(Protocol):
    """A loaded network. Not for two threads at a time."""

    @property
    def runtime(self) -> str:
        """Which runtime it was loaded by."""
        ...

    def run(self, array: Tensor) -> dict[str, Tensor]:
        """Return every output by name for one float32 input, batch first."""
        ...


class _OpenVino:
    runtime = OPENVINO

    def __init__(self, model_path: Path, threads: int) -> None:
        ov = import_openvino()
        # f32: the default hint picks bfloat16 on some processors, and templates would depend on the machine
        # unpinned: each process would pin its threads to the same first cores, and two workers would share one
        facts = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
        try:
            self._model = ov.Core().compile_model(str(model_path), "CPU", facts)
        except RuntimeError as error:
            raise SetupError(f"OpenVINO can't load {model_path.name}: {_one_line(error)}", remedy=_OTHER.format(ONNXRUNTIME)) from error
        # an output carries the names of every tensor that was merged into it, the graph's own among them
        self._names = [sorted(output.get_names()) for output in self._model.outputs]

    def run(self, array: Tensor) -> dict[str, Tensor]:
        try:
            answers = self._model(array)
        except RuntimeError as error:
            raise SetupError(f"OpenVINO can't run a network of the pack: {_one_line(error)}", remedy=_OTHER.format(ONNXRUNTIME)) from error
        return {name: answers[at] for at, names in enumerate(self._names) for name in names}


class _OnnxRuntime:
    runtime = ONNXRUNTIME

    def __init__(self, model_path: Path, threads: int) -> None:
        ort, state = import_onnxruntime()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # it keeps a plan for each input shape, and pictures come in hundreds of them
        options.log_severity_level = 3  # errors only: warnings about unused initialisers are no news to a user
        # its exceptions share no base of their own
        names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented", "RuntimeException")
        self._refusals = tuple(getattr(state, name) for name in names)
        try:
            self._session = ort.InferenceSession(str(model_path), options, providers=["CPUExecutionProvider"])
        except self._refusals as error:
            raise SetupError(f"ONNX Runtime can't load {model_path.name}: {_one_line(error)}", remedy=_OTHER.format(OPENVINO)) from error
        self._input = self._session.get_inputs()[0].name
        self._names = [output.name for output in self._session.get_outputs()]

    def run(self, array: Tensor) -> dict[str, Tensor]:
        try:
            answers = self._session.run(None, {self._input: array})
        except self._refusals as error:
            raise SetupError(f"ONNX Runtime can't run a network of the pack: {_one_line(error)}", remedy=_OTHER.format(OPENVINO)) from error
        return dict(zip(self._names, answers, strict=True))


def import_openvino() -> ModuleType:
    """Import OpenVINO without its conversion tools, which report «general_import» to a server and write an id into the home folder.

    Seen with openvino 2026.4.1: the import starts a process that opens a socket, asked nobody, and takes a second. OpenVINO treats the
    tools as absent if their import fails, so two empty entries in the table of modules are enough. Anything of Visavis that needs
    OpenVINO imports it through here.

    Raises
    ------
    SetupError
        If OpenVINO is not installed or does not load on this machine.
    """
    for tool in ("openvino_telemetry", "openvino.tools.ovc"):
        sys.modules.setdefault(tool, None)  # type: ignore[arg-type]  # None = «import fails», documented in importlib
    try:
        import openvino
    except ImportError as error:
        raise SetupError(f"OpenVINO can't be loaded: {error}", remedy=_OTHER.format(ONNXRUNTIME)) from error
    return openvino  # type: ignore[no-any-return]  # untyped library


def import_onnxruntime() -> tuple[ModuleType, ModuleType]:
    """Import ONNX Runtime with its telemetry off; return it and the module of its exceptions.

    Since 1.29 the published Linux builds report processes, sessions and hashes of models to a server and keep a device id and a database
    under the home folder, from the import on. The variable is the one switch that prevents all of it, and must be set before. Anything
    of Visavis that needs ONNX Runtime imports it through here.

    Raises
    ------
    SetupError
        If ONNX Runtime is not installed or does not load on this machine.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state
    except ImportError as error:
        raise SetupError(f"ONNX Runtime can't be loaded: {error}", remedy=_OTHER.format(OPENVINO)) from error
    return onnxruntime, onnxruntime_pybind11_state


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def open_network(model_path: Path, *, runtime: str, threads: int) -> Network:
    """Load one network.

    Parameters
    ----------
    model_path : Path
        A folded ONNX file.
    runtime : str
        `openvino` or `onnxruntime`.
    threads : int
        Processor threads it may use.

    Raises
    ------
    SetupError
        If the runtime is unknown, not installed, or can't load the network; the message is the runtime's own.
    """
    loaders: dict[str, Callable[[Path, int], Network]] = {OPENVINO: _OpenVino, ONNXRUNTIME: _OnnxRuntime}
    if runtime not in loaders:
        raise SetupError(f"there is no runtime «{runtime}»", remedy=f"choose one of: {', '.join(RUNTIMES)}")
    return loaders[runtime](model_path, threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeChoice:
    """Which runtime a network runs on, and why.

    Attributes
    ----------
    milliseconds : mapping of str to float
        Time for the sample by runtime, best of a few; empty if the choice was fixed by the caller.
    problems : tuple of str
        Why a runtime is out; shown with the pack's state.
    """

    runtime: str
    milliseconds: Mapping[str, float]
    problems: tuple[str, ...] = ()


def faster_runtime(model_path: Path, *, sample: Tensor, threads: int, memory: Path, key: str) -> RuntimeChoice:
    """Measure a network on both runtimes, once for each machine and library version.

    Parameters
    ----------
    model_path : Path
        A folded ONNX file.
    sample : float32 array
        An input of the size that is usual for it.
    threads : int
        As it will run.
    memory : Path
        A JSON file that keeps the choice; unreadable or foreign content is measured anew.
    key : str
        What the choice depends on beside the machine: the pack's hash and the network's part in it.

    Raises
    ------
    SetupError
        If no runtime can run it.
    """
    full_key = " | ".join((key, f"{threads} threads", _processor(), *(f"{name} {_version(name)}" for name in RUNTIMES)))
    known = _remembered(memory)
    if full_key in known:
        return RuntimeChoice(**{**known[full_key], "problems": tuple(known[full_key]["problems"])})
    times: dict[str, float] = {}
    problems = []
    for runtime in RUNTIMES:
        try:
            times[runtime] = _milliseconds(open_network(model_path, runtime=runtime, threads=threads), sample)
        except SetupError as error:
            problems.append(str(error))
    if not times:
        raise SetupError("no inference runtime can run the pack: " + "; ".join(problems), remedy="install openvino or onnxruntime again")
    best = min(times, key=times.__getitem__)
    choice = {"runtime": best, "milliseconds": times, "problems": problems}
    write_whole(memory, json.dumps({**known, full_key: choice}, indent=1).encode())
    return RuntimeChoice(runtime=best, milliseconds=times, problems=tuple(problems))


def _milliseconds(network: Network, sample: Tensor) -> float:
    network.run(sample)  # the first run lays out memory
    best = float("inf")
    for _ in range(4):
        start = time.perf_counter()
        network.run(sample)
        best = min(best, time.perf_counter() - start)
    return round(best * 1000, 3)


def _remembered(memory: Path) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads(memory.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    complete = isinstance(content, dict) and all(
        isinstance(choice, dict) and set(choice) == {"runtime", "milliseconds", "problems"} and choice["runtime"] in RUNTIMES
        for choice in content.values()
    )
    return content if complete else {}


def _processor() -> str:
    """Return the processor's model; where `/proc` does not say it, what the platform knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except ModuleNotFoundError:  # PackageNotFoundError is one
        return "absent"
