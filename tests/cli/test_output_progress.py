import io

import pytest

from visavis.cli.output.progress import IngestView
from visavis.domain.progress import IngestProgress


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch):
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def event(seconds: float, done: int, total: int | None = 1_000, faces: int = 7) -> IngestProgress:
    return IngestProgress(files_done=done, files_total=total, faces=faces, bytes_done=done * 1_000, seconds=seconds)


def lines_of(*events: IngestProgress) -> list[str]:
    stream = io.StringIO()
    with IngestView(stream) as view:
        for each in events:
            view(each)
    return stream.getvalue().splitlines()


def test_a_pipe_gets_plain_lines_at_most_each_five_seconds_and_the_last_state():
    lines = lines_of(*(event(seconds, seconds * 10) for seconds in range(13)))
    assert [line.split(" · ")[0] for line in lines] == ["0 of 1,000 files", "50 of 1,000 files", "100 of 1,000 files", "120 of 1,000 files"]


def test_a_line_says_files_faces_rate_and_time_left():
    assert lines_of(event(0, 0), event(10, 100))[-1] == "100 of 1,000 files · 7 faces · 10.0 photos/s · 1 min 30 s left"


def test_nothing_is_promised_before_the_files_are_counted():
    assert lines_of(event(2, 10, total=None, faces=1)) == ["10 files · 1 face · 5.0 photos/s"]


def test_the_rate_forgets_the_unchanged_files_that_flew_past():
    fast = [event(0, 0, 100_000), event(1, 90_000, 100_000)]
    slow = [event(1 + seconds, 90_000 + seconds * 5, 100_000) for seconds in range(1, 90)]
    assert " · 5.0 photos/s · 31 min 51 s left" in lines_of(*fast, *slow)[-1]


def test_a_long_wait_is_told_in_hours():
    assert lines_of(event(0, 0, 100_000), event(10, 10, 100_000))[-1].endswith("27 h 46 min left")


def filmed(seconds: float, film_s: float, total_s: float = 3_600.0) -> IngestProgress:
    return IngestProgress(files_done=2, files_total=9, faces=7, bytes_done=0, seconds=seconds, film_s=film_s, film_total_s=total_s)


def test_films_are_told_in_their_own_time_and_its_speed():
    lines = lines_of(filmed(0, 0), filmed(10, 120))
    assert lines[0] == "2 of 9 files · 7 faces · 0:00:00 of 1:00:00 of film"
    assert lines[-1] == "2 of 9 files · 7 faces · 0:02:00 of 1:00:00 of film · 12.0× real time · 4 min 50 s left"


def test_a_stretch_of_a_film_is_progress_though_no_file_is_done():
    assert len(lines_of(*(filmed(seconds, 15.0 * seconds) for seconds in (0, 6, 12)))) == 3


def test_a_run_without_events_says_nothing():
    assert lines_of() == []


def test_a_terminal_gets_a_bar_and_its_cursor_back():
    stream = Terminal()
    with IngestView(stream) as view:
        view(event(0, 0))
        view(event(1, 10))
    assert "10 of 1,000 files · 7 faces" in stream.getvalue()
    assert stream.getvalue().count("\x1b[?25l") == stream.getvalue().count("\x1b[?25h")
