import numpy as np
import pytest

from visavis.domain.errors import InputError
from visavis.evaluation.pairs import compare_pairs, parse_pairs
from visavis.evaluation.trials import Templates


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def numbered(count: int) -> list[str]:
    mated = [f"Ada\t{i}\t{i + 1}" for i in range(1, count + 1)]
    return mated + [f"Ada\t{i}\tBea\t{i}" for i in range(1, count + 1)]


def test_a_header_of_two_numbers_gives_the_files_own_folds():
    pairs = parse_pairs(lines("2\t2", *numbered(2), *numbered(2)))
    assert [pair.fold for pair in pairs] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert [pair.mated for pair in pairs] == [True, True, False, False] * 2
    assert (pairs[0].line, pairs[0].first, pairs[0].second) == (2, ("Ada", 1), ("Ada", 2))
    assert (pairs[-1].line, pairs[-1].first, pairs[-1].second) == (9, ("Ada", 2), ("Bea", 2))


def test_a_header_of_one_number_deals_each_class_over_ten_folds():
    pairs = parse_pairs(lines("12", *numbered(12)))
    folds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert [pair.fold for pair in pairs if pair.mated] == folds
    assert [pair.fold for pair in pairs if not pair.mated] == folds


def test_names_with_blanks_are_read_where_tabs_separate():
    text = lines("2 1", "Ada Lovelace\t1\t2", "Ada Lovelace\t1\tBea\t2", "Ada\t1\t2", "Ada\t1\tBea Z\t3")
    pairs = parse_pairs(text)
    assert pairs[0].first == ("Ada Lovelace", 1)
    assert pairs[3].second == ("Bea Z", 3)


def test_blank_lines_do_not_count_but_line_numbers_stay_true():
    pairs = parse_pairs("\n2 1\n\nAda 1 2\nAda 1 Bea 1\n\nAda 1 2\nAda 1 Bea 1\n")
    assert [pair.line for pair in pairs] == [4, 5, 7, 8]


@pytest.mark.parametrize("header", ["", "ten", "1 2 3", "-4", "Ada 1 2", "1 300", "9", "2 0"])
def test_a_header_that_is_none_is_refused(header):
    with pytest.raises(InputError):
        parse_pairs(lines(header))


def test_a_file_shorter_than_its_header_says_is_refused_with_both_counts():
    with pytest.raises(InputError, match=r"promises 20 pairs, 19 follow"):
        parse_pairs(lines("10", *numbered(10)[:-1]))


@pytest.mark.parametrize("broken", ["Ada 1 Bea 2", "Ada 1", "Ada one 2"])
def test_a_line_that_is_no_pair_is_named_by_number_and_never_by_person(broken):
    with pytest.raises(InputError, match=r"line 3 ") as caught:
        parse_pairs(lines("10", "Ada 1 2", broken, *numbered(10)[2:]))
    assert "Ada" not in str(caught.value)


def test_the_text_form_of_a_pair_hides_its_people():
    assert "Ada" not in repr(parse_pairs(lines("10", *numbered(10))))


def test_a_failure_to_enrol_is_rejected_in_every_comparison():
    templates = Templates.of([np.array([1, 0], np.float32), None, np.array([0.6, 0.8], np.float32)])
    assert templates.failures == 1
    similarity = compare_pairs(templates, np.array([0, 0, 1, 1]), np.array([2, 1, 2, 1]))
    np.testing.assert_allclose(similarity, [0.6, -np.inf, -np.inf, -np.inf])
