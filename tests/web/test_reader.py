"""The process that reads strangers' photographs: it may end, hang or be killed, and the next photograph is read all the same."""

import os
import signal

import pytest

from visavis.domain.errors import InputError, NoFaceInProbe, UnreadablePicture
from visavis.domain.face import Box
from visavis.engines.pack import DEFAULT_PACK
from visavis.settings import Settings
from visavis.wiring.reader import ProbeReader


def test_the_reader_survives_what_it_reads(group, examples):
    reader = ProbeReader(Settings(), DEFAULT_PACK)
    try:
        assert len(reader.read(group.read_bytes()).faces) == 4
        with pytest.raises(UnreadablePicture) as unreadable:
            reader.read(b"no photograph")
        assert unreadable.value.reason
        with pytest.raises(NoFaceInProbe):
            reader.read((examples / "landscape.jpg").read_bytes())
        os.kill(reader._process.pid, signal.SIGKILL)
        with pytest.raises(InputError, match="ended the process"):
            reader.read(group.read_bytes())
        reader._patience = 0.0
        with pytest.raises(InputError, match="too long"):
            reader.read(group.read_bytes())
    finally:
        reader.stop()
    assert reader._process is None


def test_the_reader_looks_closer_where_a_box_was_drawn(macron, examples):
    reader = ProbeReader(Settings(), DEFAULT_PACK)
    try:
        (usual,) = reader.read(macron.read_bytes()).faces
        drawn = Box(left=usual.box.left - 0.05, top=usual.box.top - 0.03, width=usual.box.width + 0.1, height=usual.box.height + 0.05)
        found = reader.within(macron.read_bytes(), drawn)
        assert found.box.overlap(usual.box) > 0.7
        assert float(found.vector @ usual.vector) > 0.9
        landscape = (examples / "landscape.jpg").read_bytes()
        assert reader.read(landscape, faceless=True).faces == ()
        with pytest.raises(NoFaceInProbe, match="no face is found in the box"):
            reader.within(landscape, drawn)
    finally:
        reader.stop()
