"""Every text of the desk that catalogues translate, found in templates and code; `python tests/forges/catalogue_forge.py` renews them all.

What the code says only as `_(name)` is listed in `CONSTANTS`: a text that is not there stays English, and the test that walks the desk in a
made-up language (`tests/web/test_languages.py`) names it.
"""

import ast
import tomllib
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from visavis.web.languages import FORMATS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "visavis"
LOCALE = SOURCE / "web" / "locale"
KINDS = [("templates/**.j2", "jinja2")]
OPTIONS = {"templates/**.j2": {"trimmed": "false", "encoding": "utf-8"}}
CONSTANTS = {
    "web/clocks.py": ("KINDS",),
    "web/guard.py": ("_STATUS",),
    "web/job_view.py": ("STATES", "OUTCOMES"),
    "web/pages/approvals.py": ("TITLES", "COVERS"),
    "web/pages/candidate.py": ("VERDICTS", "SEEN"),
    "web/pages/consents.py": ("MEANS",),
    "web/pages/erasures.py": ("GROUNDS", "STATES", "HOLD_STATES"),
    "web/pages/jobs.py": ("SAMPLINGS",),
    "web/pages/keys.py": ("ACTS", "STATES"),
    "web/pages/ledger.py": ("PURPOSES",),
    "web/pages/orders.py": ("ACTS", "EVIDENCE"),
    "web/pages/people.py": ("ROLES",),
    "web/pages/requests.py": ("STATES", "ACTS"),
    "web/pages/rights.py": ("TOO_MANY", "TOO_OLD", "NO_PHOTO", "TOLD", "STANDINGS"),
    "web/pages/under_way.py": ("STEPS",),
    "web/visit.py": ("NOTHING_HERE",),
    "services/search/narrowing.py": ("LISTED",),
    "law/asking.py": ("ASKS", "SAYS", "TERMS"),
    "cli/output/reading.py": ("LEAD", "STAMPS", "_DECIDED"),
    "ledger/leaf.py": ("Operation",),
    "domain/actor.py": ("Role",),
    "law/rules.py": ("Rule",),
    "domain/identification.py": ("NOT_CALIBRATED",),
    "services/suppress.py": ("NOT_CAUGHT",),
    "wiring/charter_forms.py": ("ORIGINALS",),
}
"""Modules, and what of them is translated: the values of dicts, all that stands in tuples, the last word of an enum's member."""
NAMED = {
    "web/places.py": ("title",),
    "web/pages": ("title", "says", "text"),
    "law/fields.py": ("why",),
    "services/paper/notice.py": ("title", "lead"),
    "services/search": ("trial",),
}
"""Calls in which an argument of that name is translated."""
CALLED = {
    "cli/output/reading.py": ("say", "counted"),
    "web/pages/requests.py": ("append",),
    "services/paper/notice.py": ("fact", "line"),
    "services/paper/paper.py": ("fact", "line"),
    "records/films.py": ("line",),
    "services/search/cohorts.py": ("line",),
    "services/search/expected.py": ("line",),
    "services/search/narrowing.py": ("line",),
    "services/search/notices.py": ("line",),
    "services/search/past.py": ("line",),
    "services/search/permission.py": ("apart",),
    "services/search/run.py": ("apart", "line"),
    "wiring/charter_forms.py": ("fact", "line"),
}
"""Calls whose unnamed arguments are translated."""
ERRORS = ("InputError", "RefusedError", "NotThere", "TooLarge")
WORDS = (
    # states of cases, sources, approvals and orders; what an erasure counts; labels of what is signed
    "open", "draft", "live", "frozen", "expired", "erased", "closed", "waiting", "refused", "unapproved", "lifted", "overdue", "done",
    "suspended", "going", "yes", "no", "none", "small", "blurred", "badly lit", "uncertain", "turned", "occluded",
)  # fmt: skip


def texts() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Yield (place, text), plural forms as pairs; places have no line numbers, which would change with every edit."""
    for file, _, text, _, _ in extract_from_dir(SOURCE / "web", KINDS, OPTIONS):
        yield f"web/{file}", text
    for file in sorted(SOURCE.rglob("*.py")):
        place = file.relative_to(SOURCE).as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        yield from ((place, text) for text in _of_module(place, tree))
    for file in sorted((SOURCE / "law").rglob("*.toml")):
        yield from ((file.relative_to(SOURCE).as_posix(), text) for text in _said(tomllib.loads(file.read_text(encoding="utf-8"))))
    yield from (("web/languages.py", text) for text in FORMATS)
    yield from (("tests/forges/catalogue_forge.py", text) for text in WORDS)


def template() -> Catalog:
    """Return the catalogue of everything that is to be translated."""
    made = Catalog(project="Visavis", version="", charset="utf-8", fuzzy=False)
    for place, text in texts():
        if text if isinstance(text, str) else all(text):
            made.add(text, locations=[(place, None)])
    return made


def renewed(file: Path, made: Catalog) -> bytes:
    """Return a catalogue with every text that is there now; what is translated stays, what is gone is left out, nothing is guessed."""
    with file.open("rb") as stream:
        kept = read_po(stream, locale=file.parents[1].name)
    kept.update(made, no_fuzzy_matching=True, update_creation_date=False, keep_user_comments=True)
    kept.obsolete.clear()
    out = BytesIO()
    write_po(out, kept, width=130, sort_by_file=True, include_lineno=False, omit_header=False)
    return out.getvalue()


def _of_module(place: str, tree: ast.Module) -> Iterator[str | tuple[str, str]]:
    for node in tree.body:
        yield from _constants(node, CONSTANTS.get(place, ()))
    named = next((names for start, names in NAMED.items() if place.startswith(start)), ())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, place, named)


def _constants(node: ast.stmt, wanted: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.ClassDef) and node.name in wanted:
        members = (one.value for one in node.body if isinstance(one, ast.Assign))
        for value in members:
            yield from _strings(value.elts[-1] if isinstance(value, ast.Tuple) else value)
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
    if isinstance(target, ast.Name) and target.id in wanted:
        yield from _strings(node.value)  # type: ignore[union-attr]


def _of_call(node: ast.Call, place: str, named: tuple[str, ...]) -> Iterator[str | tuple[str, str]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    for keyword in node.keywords:
        if keyword.arg in named:
            yield from _strings(keyword.value)
    if name in CALLED.get(place, ()):
        said = [text for argument in node.args for text in _strings(argument)]
        if name == "counted" and len(said) == 2:
            yield said[0], said[1]
        elif name != "counted":
            yield from said[name == "fact" :]  # the first word of a fact is its key
    if place.startswith("web/") and not place.startswith(("web/api/", "web/aws/")) and name in ERRORS:
        remedies = [keyword.value for keyword in node.keywords if keyword.arg == "remedy"]
        yield from (text for part in [*node.args, *remedies] if isinstance(part, ast.Constant) for text in _strings(part))


def _strings(node: ast.AST | None) -> Iterator[str]:
    """Yield what is said in a value: of a dict its values, of a choice both, of an f-string nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(letter.isalpha() for letter in node.value):
        yield node.value
    for part in _parts(node):
        yield from _strings(part)


def _parts(node: ast.AST | None) -> Iterable[ast.AST]:
    match node:
        case None | ast.JoinedStr() | ast.FormattedValue() | ast.Attribute() | ast.Compare() | ast.Subscript():
            return ()
        case ast.Dict(values=values) | ast.Call(args=values):
            return values
        case ast.IfExp(body=one, orelse=other):
            return (one, other)
    return ast.iter_child_nodes(node)


def _said(table: dict[str, object]) -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from (text for text in value.values() if isinstance(text, str)) if name == "purposes" else _said(value)
        elif name in ("says", "statement") and isinstance(value, str):
            yield value


def main() -> None:
    """Renew every catalogue, and make the template that a new language begins with."""
    made = template()
    (LOCALE / "visavis.pot").write_bytes(_as_template(made))
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/visavis.po")):
        file.write_bytes(renewed(file, made))


def _as_template(made: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, made, width=130, sort_by_file=True, include_lineno=False, omit_header=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
