"""The OpenAPI document is true: whatever it allows is answered as it says, never with a server's error."""

import json
import warnings
from collections.abc import Callable

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from visavis.web.api import v1

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = 6
OPERATIONS = [route.name for route in v1.DECLARED] + ["me", "openapi"]
SENT = ("method", "url", "headers", "params", "data", "json", "files")
OWN = ("x-api-key", "x-csrf-token", "cookie", "host", "content-length", "user-agent", "accept-encoding")
CALLERS = ("program", "Ada", "Ines", "Carl")


@pytest.fixture
def callers(programs, as_person) -> dict[str, Callable[..., httpx.Response]]:
    """Return what asks as a program, and as people who send their session's token."""
    made = {"program": programs(acts=("search", "ingest", "browse"), per_hour=100_000, per_day=100_000).ask}
    for name in CALLERS[1:]:
        browser = as_person(name)
        token = browser.token()

        def ask(method, path, *, browser=browser, token=token, headers=None, **more):
            return browser.ask(method, path, headers={**(headers or {}), "x-csrf-token": token}, **more)

        made[name] = ask
    return made


@pytest.fixture
def document(callers):
    return callers["program"]("GET", "/v1/openapi.json").json()


def test_the_document_is_openapi_3_1_and_names_every_route(document):
    assert document["openapi"] == "3.1.0"
    named = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert sorted(named) == sorted(OPERATIONS)
    assert "$defs" not in json.dumps(document)


def test_every_reference_in_the_document_leads_somewhere(document):
    text = json.dumps(document)
    schemas = document["components"]["schemas"]
    for named in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert named in schemas


@pytest.mark.parametrize("caller", CALLERS)
def test_whatever_the_document_allows_is_answered_as_it_says(document, callers, caller):
    schema = schemathesis.openapi.from_dict(document)
    operations = [found.ok() for found in schema.get_all_operations()]
    client = callers[caller]
    for operation in operations:
        _try(operation, client, document["servers"][0]["url"])


def _try(operation, ask, base) -> None:
    strategy = operation.as_strategy()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def once(case):
        kwargs = {name: value for name, value in case.as_transport_kwargs(base_url=base).items() if name in SENT}
        sent = requests.Request(**kwargs).prepare()
        headers = {name: value for name, value in sent.headers.items() if name.lower() not in OWN}
        answer = ask(sent.method, sent.url.removeprefix(base), headers=headers, content=sent.body or b"")
        case.validate_response(answer, checks=list(CHECKS))

    once()
