"""Four-bit codes: two neighbouring values of a template become one of 16 points, 64 codes in 32 bytes at 128 dimensions.

faiss scans them with its FastScan kernel. Two of its habits are fenced in here:

- In a process that has imported OpenVINO, the first FastScan search with a small k (its heap handler, k ≤ 20) returned no id at all
  with faiss 1.15.1; with a larger k (reservoir handler) never. So at least `LEAST_ASKED` are always asked for, and an id that is
  missing although enough rows pass is damage, never an empty answer.
- Its flat FastScan index takes no filter; the inverted-file one does. So each segment is an inverted file with a single list, which
  is a plain scan: nothing is left out.

faiss is imported at first use (0.1 s) and held to one thread a call: one query over one list can't be split, so its threads would only
spin. Several cores share the work by segments instead.
"""

import ctypes
import hashlib
import json
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.errors import DamageError, SetupError
from visavis.index.columns import Flags, Positions

Codes = NDArray[np.uint8]
"""(N, D / 4) uint8, two codes a byte, the even one in the low half."""

LEAST_ASKED = 250
_BITS = 4
_BLOCK = 96  # vectors a kernel step; 0.75 ms against 0.87 ms for faiss's own 32 (200,000 codes, busy AVX-512 core)
_ENCODED = 64  # rows encoded at a time: a quarter of a megabyte for each step at 128 dimensions
_LARGE_PAGE = 2 << 20
_MADV_COLLAPSE = 25  # Linux 6.1; not in `mmap`'s constants
_PIECE = 32 * _BLOCK  # rows packed at a time: with longer pieces, freed memory stays with the process


@lru_cache(maxsize=1)
def _faiss() -> Any:  # faiss has no types
    import faiss

    return faiss


class Codebook:
    """The shipped codebook, scaled to one dimension.

    Parameters
    ----------
    dim : int
        Values in a vector; a multiple of 4.

    Attributes
    ----------
    digest : str
        Of the scaled points; codes of another codebook can't be read with this one.
    """

    def __init__(self, dim: int) -> None:
        if dim < 4 or dim % 4:
            raise SetupError(
                f"the embedded index takes vectors of 4, 8, 12, … values, not {dim}", remedy="choose a pack of another dimension"
            )
        table = json.loads(resources.files("visavis.index").joinpath("data/codebook.json").read_text(encoding="utf-8"))
        points = np.array(table["points"], np.float32) / np.float32(np.sqrt(dim))
        self.dim = dim
        self.bytes_per_row = dim // 4
        self.digest = hashlib.sha256(points.astype("<f4").tobytes()).hexdigest()
        self._points = points

    def encode(self, vectors: Vectors) -> Codes:
        """Return the codes of (N, D) float32 vectors: of each pair of values the nearest point, |v − p|² = |v|² − 2·(v·p − |p|²/2).

        In numpy, as fast as faiss's own here, so that a process that only writes needs no faiss.
        """
        codes = np.empty((len(vectors), self.bytes_per_row), np.uint8)
        half_norms = (self._points**2).sum(axis=1) / 2
        for start in range(0, len(vectors), _ENCODED):
            pairs = vectors[start : start + _ENCODED].reshape(-1, 2)
            nearest = np.argmax(pairs @ self._points.T - half_norms, axis=1).astype(np.uint8).reshape(-1, self.dim // 2)
            codes[start : start + _ENCODED] = nearest[:, ::2] | nearest[:, 1::2] << 4
        return codes

    def scanner(self, codes: Codes) -> "Scanner":
        """Pack codes for scanning: 40 bytes a row in memory (32 of code, 8 of position) at 128 dimensions.

        Piece by piece, since faiss packs from a copy of its own.
        """
        faiss = _faiss()
        nowhere = faiss.IndexFlatIP(self.dim)
        nowhere.add(np.zeros((1, self.dim), np.float32))
        whole = faiss.IndexIVFPQFastScan(self._unpacked(nowhere, codes[:0]), _BLOCK)
        whole.ntotal = len(codes)
        whole.invlists.resize(0, len(codes))
        room = np.empty((0, _BLOCK * self.bytes_per_row), np.uint8)
        if len(codes):
            faiss.rev_swig_ptr(whole.invlists.get_ids(0), len(codes))[:] = np.arange(len(codes))
            blocks = -(-len(codes) // _BLOCK)
            room = faiss.rev_swig_ptr(whole.invlists.get_codes(0), blocks * room.shape[1]).reshape(blocks, -1)

        def pack(codes: Codes) -> NDArray[np.uint8]:
            piece = faiss.IndexIVFPQFastScan(self._unpacked(nowhere, codes), _BLOCK)
            blocks = -(-len(codes) // _BLOCK)
            packed: NDArray[np.uint8] = faiss.rev_swig_ptr(piece.invlists.get_codes(0), blocks * room.shape[1]).reshape(blocks, -1)
            return packed.copy()

        scanner = Scanner(whole, nowhere, room, pack)
        scanner.pack(codes, np.arange(len(room)))
        _join_pages(room)
        return scanner

    def _unpacked(self, nowhere: Any, codes: Codes) -> Any:
        faiss = _faiss()
        plain = faiss.IndexIVFPQ(nowhere, self.dim, 1, self.dim // 2, _BITS, faiss.METRIC_INNER_PRODUCT)
        plain.by_residual = False
        plain.is_trained = True
        faiss.copy_array_to_vector(np.tile(self._points, (self.dim // 2, 1)).ravel(), plain.pq.centroids)
        codes = np.ascontiguousarray(codes)
        positions = np.arange(len(codes), dtype=np.int64)
        if len(codes):
            plain.invlists.add_entries(0, len(codes), faiss.swig_ptr(positions), faiss.swig_ptr(codes))
        plain.ntotal = len(codes)
        return plain


def _join_pages(room: NDArray[np.uint8]) -> None:
    """Ask Linux to put memory that is filled already into pages of 2 MB; a refusal changes nothing but speed.

    Reading ahead stops at each page's end: ten million codes took 22 ms in the usual 4 kB and 18 ms in these (0.1 s to join them).
    """
    if sys.platform == "linux":
        first = -(-room.ctypes.data // _LARGE_PAGE) * _LARGE_PAGE
        size = (room.ctypes.data + room.nbytes) // _LARGE_PAGE * _LARGE_PAGE - first
        if size > 0:
            ctypes.CDLL(None).madvise(ctypes.c_void_p(first), ctypes.c_size_t(size), _MADV_COLLAPSE)


class Selection:
    """Which rows a scan may return.

    Parameters
    ----------
    passing : (N,) bool
    """

    def __init__(self, passing: Flags) -> None:
        faiss = _faiss()
        self.bits = np.packbits(passing, bitorder="little")
        self.parameters = faiss.SearchParametersIVF(nprobe=1, sel=faiss.IDSelectorBitmap(self.bits))

    def flags(self, rows: int) -> Flags:
        """Return what this was made of: (rows,) bool."""
        return np.unpackbits(self.bits, count=rows, bitorder="little").view(np.bool_)


class Scanner:
    """The packed codes of some rows.

    Parameters
    ----------
    index : faiss.IndexIVFPQFastScan
    quantiser : faiss.IndexFlatIP
        Which `index` points to but does not own.
    room : (blocks, bytes) uint8
        The codes in `index`, as they are packed.
    pack : callable
        Packs the codes of up to a piece of rows.
    """

    def __init__(self, index: Any, quantiser: Any, room: NDArray[np.uint8], pack: Callable[[Codes], NDArray[np.uint8]]) -> None:
        self._index = index
        self._quantiser = quantiser
        self._room = room
        self._pack = pack
        self._everything = _faiss().SearchParametersIVF(nprobe=1)

    def pack(self, codes: Codes, blocks: Positions) -> None:
        """Take over what `codes`, all rows of them, say in some blocks of rows."""
        step = _PIECE // _BLOCK
        for start in range(0, len(blocks), step):
            some = blocks[start : start + step]
            rows = (some[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
            self._room[some] = self._pack(codes[rows[rows < len(codes)]])

    def repack(self, codes: Codes, positions: Positions) -> None:
        """Take over the changed codes of the rows at some positions."""
        self.pack(codes, np.unique(positions // _BLOCK))

    def best(self, probes: Vectors, count: int, selection: Selection | None) -> tuple[NDArray[np.float32], Positions]:
        """Return the rows that look best by their codes, best first.

        Parameters
        ----------
        probes : (P, D) float32
        count : int
            How many; more rows than that must pass, and at least `LEAST_ASKED`.
        selection : Selection or None
            Which rows may be returned; None = all.

        Returns
        -------
        estimates : (P, count) float32
            Estimates of the similarity, good for choosing only.
        positions : (P, count) int64

        Raises
        ------
        DamageError
            FastScan returned fewer.
        """
        _faiss().omp_set_num_threads(1)  # OpenMP keeps it for each thread of the process
        parameters = selection.parameters if selection else self._everything
        estimates, positions = self._index.search(probes, max(count, LEAST_ASKED), params=parameters)
        if positions[:, :count].min() < 0:
            raise DamageError("the scan of the codes lost rows that exist", remedy="run «visavis verify --repair» to make the codes anew")
        return estimates[:, :count], positions[:, :count]
