import numpy as np
import pytest

from visavis.domain.errors import InputError
from visavis.evaluation.groups import LEAST_SUBJECTS, MOST_GROUPS, Labels, parse_labels, rates_by_group
from visavis.evaluation.metrics import operating_points
from visavis.evaluation.trials import Searches

PEOPLE = ("Ada", "Bea", "Cid")


def test_labels_are_read_by_column_and_strangers_to_the_test_set_are_passed_over():
    text = "person,era,paper\nBea,old,\nZoe,new,grey\nAda, new ,white\n"
    era, paper = parse_labels(text, PEOPLE)
    assert (era.attribute, era.of) == ("era", ("new", "old", ""))
    assert paper.of == ("white", "", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "person\nAda\n",
        "name,era\nAda,old\n",
        "person,era,era\nAda,old,new\n",
        "person,era\nAda\n",
        "person,era\nAda,old,new\n",
        "person,era\nAda,old\nAda,new\n",
        "person,era\nAda,\n",
        'person,era\n"Ada\n',
        "person,era\nAda,Bea\n",
        "person,era\n" + "\n".join(f"P{i},{i}" for i in range(MOST_GROUPS + 1)),
    ],
)
def test_labels_that_are_none_or_that_name_people_are_refused_without_a_name(text):
    people = (*PEOPLE, *(f"P{i}" for i in range(MOST_GROUPS + 1)))
    with pytest.raises(InputError) as caught:
        parse_labels(text, people)
    assert not [person for person in people if person in str(caught.value) + caught.value.remedy]


def trial(seed=4):
    """Of 100 people with three probes each, the odd ones are less like their own pictures, and more like other people's."""
    rng = np.random.default_rng(seed)
    subject = np.repeat(np.arange(100), 3)
    odd = subject % 2
    mate, others = rng.normal(0.6 - 0.1 * odd, 0.1), rng.normal(0.3 + 0.05 * odd, 0.05)
    return Searches(mate=mate, best_other=others, rank=np.where(mate > others, 1, 2), subject=subject, gallery_size=100)


def test_each_group_is_counted_at_the_common_threshold():
    searches = trial()
    (point,) = operating_points(searches, [0.1])
    labels = Labels(attribute="parity", of=tuple("odd" if i % 2 else "even" for i in range(100)))
    table = rates_by_group(searches, labels, point)
    even, odd = table.groups
    assert even.fnir.count + odd.fnir.count == point.fnir.count
    assert even.fpir.count + odd.fpir.count == np.count_nonzero(searches.best_other >= point.threshold)
    assert odd.fnir.value > even.fnir.value
    assert table.worst_to_best("fnir") == pytest.approx(odd.fnir.value / even.fnir.value)
    assert table.worst_to_mean("fnir") == pytest.approx((odd.fnir.value / even.fnir.value) ** 0.5)


def test_a_group_needs_people_and_not_pictures():
    searches = trial()
    (point,) = operating_points(searches, [0.1])
    few = LEAST_SUBJECTS - 1
    labels = Labels(attribute="size", of=("few",) * few + ("enough",) * LEAST_SUBJECTS + ("",) * (100 - few - LEAST_SUBJECTS))
    table = rates_by_group(searches, labels, point)
    assert [(group.group, group.subjects, group.fnir is not None) for group in table.groups] == [("enough", 30, True), ("few", 29, False)]
    assert table.unlabelled == 41
    assert table.worst_to_best("fnir") is None  # one group alone is not apart from itself


def test_a_group_without_an_error_leaves_ratios_undefined():
    searches = trial()
    (point,) = operating_points(searches, [0.1])
    perfect = Searches(
        mate=np.where(searches.subject % 2, searches.mate, 1.0),
        best_other=searches.best_other,
        rank=np.where(searches.subject % 2, searches.rank, 1),
        subject=searches.subject,
        gallery_size=100,
    )
    labels = Labels(attribute="parity", of=tuple("odd" if i % 2 else "even" for i in range(100)))
    table = rates_by_group(perfect, labels, point)
    assert (table.worst_to_best("fnir"), table.worst_to_mean("fnir")) == (None, None)
