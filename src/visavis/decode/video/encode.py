"""Writes films: short previews and clips that a browser plays, and the films that tests and benchmarks are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from visavis.decode.video import library
from visavis.domain.arrays import RgbImage, check_image


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a film is written.

    Attributes
    ----------
    container, codec, pixel_format : str
        FFmpeg's names of a muxer, an encoder and a layout of samples.
    time_base : Fraction
        Seconds a tick of the times that frames are given.
    rate : Fraction
        Frames a second that the file declares.
    options, container_options : mapping
        For the encoder and the muxer.
    key_every : int
        Frames from one key frame to the next at most; 1 = all are key frames.
    bit_rate : int
        Bits a second; 0 = as the encoder has it.
    rotation : int
        Degrees, counter-clockwise, by which a player is told to turn the frames.
    pixel_aspect : Fraction
        Width of a pixel over its height.
    metadata : mapping
        Of the video stream; `timecode` among them makes a time code track in MOV, MP4 and MXF.
    threads : int
        That the encoder may use.
    """

    container: str = "mp4"
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    time_base: Fraction
    rate: Fraction
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)
    key_every: int = 50
    bit_rate: int = 0
    rotation: int = 0
    pixel_aspect: Fraction = Fraction(1)
    metadata: Mapping[str, str] = field(default_factory=dict)
    threads: int = 1


class _SecondView:
    """Reads what was written, at a place of its own: how FFmpeg moves an MP4's index to the front (`faststart`)."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._at = 0

    def read(self, size: int) -> bytes:
        """Read on from its own place; the writer's place stays."""
        place = self._target.tell()
        self._target.seek(self._at)
        data = self._target.read(size)
        self._target.seek(place)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move its own place; only from the beginning or from here."""
        self._at = offset + (self._at if whence == 1 else 0)
        return self._at

    def tell(self) -> int:
        """Return its own place."""
        return self._at


class FilmWriter:
    """Encodes frames as they come; a context manager.

    Parameters
    ----------
    target : binary stream
        Seekable, written and (for `faststart`) read; stays open.
    encoding : Encoding
    width, height : int
        Of the frames, pixels; even for 4:2:0.
    """

    def __init__(self, target: BinaryIO, encoding: Encoding, *, width: int, height: int) -> None:
        av = library.load()
        self._video_frame: Any = av.VideoFrame
        self._encoding = encoding
        self._container = av.open(
            target,
            "w",
            format=encoding.container,
            container_options=dict(encoding.container_options),
            io_open=lambda _url, _flags, _options: _SecondView(target),
        )
        stream = self._container.add_stream(encoding.codec, rate=encoding.rate, options=dict(encoding.options))
        stream.width, stream.height, stream.pix_fmt = width, height, encoding.pixel_format
        stream.bit_rate = encoding.bit_rate
        stream.metadata.update(encoding.metadata)
        context = stream.codec_context
        context.time_base = encoding.time_base
        context.gop_size = encoding.key_every
        context.thread_count = encoding.threads
        if encoding.pixel_aspect != 1:
            context.sample_aspect_ratio = encoding.pixel_aspect
        if encoding.rotation:
            stream.set_display_rotation(encoding.rotation)
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def write(self, image_rgb: RgbImage, ticks: int) -> None:
        """Write one frame.

        Parameters
        ----------
        image_rgb : (height, width, 3) uint8
            RGB.
        ticks : int
            When it is shown; later than the one before.
        """
        frame = self._video_frame.from_ndarray(np.ascontiguousarray(check_image(image_rgb)), format="rgb24")
        frame = frame.reformat(format=self._encoding.pixel_format, threads=1)
        frame.pts, frame.time_base = ticks, self._encoding.time_base
        frame.pict_type = 0  # the encoder chooses, whatever the frame was made of
        self._container.mux(self._stream.encode(frame))
