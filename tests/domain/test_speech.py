import pytest

from visavis.domain.speech import Speech, Verbatim, apart, line, two_digits


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.001, "0.001"), (0.0214, "0.021"), (0.3, "0.3"), (3.04, "3"), (9.94, "9.9"), (9.97, "10"), (12.6, "13"), (1204.2, "1,204")],
)
def test_a_number_is_written_with_the_digits_that_count_and_never_with_an_exponent(value, written):
    assert two_digits(value) == written


class Backwards(Speech):
    """A language that writes each text from its end."""

    def _found(self, text: str) -> str:
        return {"%(title)s is %(state)s": "%(state)s is %(title)s", "live": "evil"}.get(text, text)


def test_a_name_in_a_line_stays_as_it_is_in_every_language():
    said = line("%(title)s is %(state)s", title=Verbatim("live"), state=line("live"))
    assert (said, Backwards().tell(said)) == ("live is live", "evil is live")


def test_what_is_an_option_at_a_terminal_is_not_told_on_a_desk():
    said = apart("the list ends at --top 3: --all", "the list ends at %(top)s", top=3)
    assert (said, Speech().tell(said)) == ("the list ends at --top 3: --all", "the list ends at 3")
