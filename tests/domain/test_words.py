import pytest

from visavis.domain.errors import InputError
from visavis.domain.words import explain, glossary


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Probe", "probe"),
        ("templates", "template"),
        ("galleries", "gallery"),
        ("fnir", "FNIR"),
        ("Failure-To-Enrol", "failure to enrol"),
        ("failures to enrol", "failure to enrol"),
        ("non-mated", "non-mated search"),
        ("mated searches", "mated search"),
        ("rank 1", "rank-1"),
        ("confidence", "similarity"),
        ("  policy   packs ", "policy pack"),
    ],
)
def test_a_word_is_found_in_any_case_and_number(asked, found):
    assert explain(asked).word == found


def test_a_misspelt_word_suggests_the_nearest():
    with pytest.raises(InputError) as caught:
        explain("simlarity")
    assert "similarity" in caught.value.remedy


def test_a_word_far_from_all_others_points_to_the_whole_list():
    with pytest.raises(InputError) as caught:
        explain("qqqqq")
    assert "lists them all" in caught.value.remedy


def test_the_words_of_the_design_are_all_explained():
    words = (
        "probe gallery template embedding similarity candidate appearance case clearance charter decision lead mated non-mated FNIR FPIR "
        "rank-1 threshold pack source anchor"
    )
    for word in [*words.split(), "failure to enrol"]:
        assert explain(word).meaning


def test_each_word_stands_once_with_one_paragraph_and_a_source():
    words = glossary()
    assert len({entry.word.lower() for entry in words}) == len(words)
    for entry in words:
        assert entry.meaning.endswith(".")
        assert "\n" not in entry.meaning
        assert entry.source
        assert explain(entry.word) == entry
