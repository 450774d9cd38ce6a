"""What a page says of what went wrong, and of what to do next."""

import pytest

from visavis.domain.errors import InputError, RefusedError, SetupError
from visavis.web.problem import problem_of, remedy_of, status_of

NO_DAY = InputError("«soon» is no day", remedy="write it as 2026-05-14")


@pytest.mark.parametrize(
    ("error", "status", "problem", "remedy"),
    [
        (None, 200, "", ""),
        (NO_DAY, 422, "«soon» is no day.", "Write it as 2026-05-14."),
        (InputError("there is no such job", remedy="list them: visavis job list"), 422, "There is no such job.", ""),
        (InputError("no search is picked", remedy="take its id from the results: --format json"), 422, "No search is picked.", ""),
        (RefusedError("it waits", rule="approved", remedy="ask a reviewer"), 403, "It waits (rule approved).", "Ask a reviewer."),
        (SetupError("the vault is shut", remedy="run «visavis verify»"), 503, "The vault is shut.", "Run «visavis verify»."),
        (SetupError("the drive is full"), 503, "The drive is full.", ""),
    ],
)
def test_a_page_says_what_was_wrong_and_what_a_page_can_mend(error, status, problem, remedy):
    assert (status_of(error), problem_of(error), remedy_of(error)) == (status, problem, remedy)


@pytest.mark.parametrize(("language", "said"), [("en", "Write it as 2026-05-14."), ("fr", "Écrivez-le sous la forme 2026-05-14.")])
def test_a_form_that_does_not_fit_comes_back_with_what_to_do(as_person, language, said):
    clerk = as_person("Carl")
    clerk.get(f"/language/{language}")
    page = clerk.post("/requests", {"kind": "access", "contact": "petra@example.org", "channel": "post", "text": "x", "received": "soon"})
    assert (page.status_code, f"<p>{said}</p>" in page.text) == (422, True)
