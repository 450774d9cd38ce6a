"""Makes one frame of two fields (bwdif), for the frames that are flagged and asked for, and for no others."""

from typing import Any

from visavis.decode.video import library


def progressive(before: Any | None, frame: Any, after: Any | None) -> Any:
    """Return `frame` with the lines of its later field interpolated from its neighbours in space and time.

    Parameters
    ----------
    before, frame, after : av.VideoFrame
        The neighbours None at the ends of a stretch, and where their size or layout differs.
    """
    like = (frame.width, frame.height, frame.format.name)
    near = [one for one in (before, frame, after) if one is not None and (one.width, one.height, one.format.name) == like]
    graph = library.load().filter.Graph()
    graph.threads = 1
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=all"), graph.add("buffersink")).configure()
    for one in near:
        graph.vpush(one)
    graph.vpush(None)
    made = [graph.vpull() for _ in near]
    return made[near.index(frame)]
