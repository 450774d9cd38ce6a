import pytest

from visavis.domain.speech import two_digits


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.001, "0.001"), (0.0214, "0.021"), (0.3, "0.3"), (3.04, "3"), (9.94, "9.9"), (9.97, "10"), (12.6, "13"), (1204.2, "1,204")],
)
def test_a_number_is_written_with_the_digits_that_count_and_never_with_an_exponent(value, written):
    assert two_digits(value) == written
