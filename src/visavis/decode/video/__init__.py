"""Films: frames with exact times, out of whatever FFmpeg reads. `film` is the door; the only place that imports `av` (PyAV)."""
