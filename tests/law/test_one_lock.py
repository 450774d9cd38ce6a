"""The syntax trees of the whole package: a clearance is made and sealed in one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import visavis

ROOT = Path(visavis.__file__).parent


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield (module, last name of what is called, call) over the package."""
    for path in sorted(ROOT.rglob("*.py")):
        module = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                yield module, called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""), node


def places(name):
    return [module for module, called, _ in calls() if called == name]


def test_one_call_constructs_a_clearance_and_it_is_in_law():
    assert places("Clearance") == ["law/clear.py"]


def test_one_call_seals_a_clearance_and_it_is_in_law():
    assert places("sealed") == ["law/clear.py"]


def test_no_clearance_is_copied_with_other_fields():
    suspects = {
        (module, called)
        for module, called, node in calls()
        if called in ("replace", "copy", "deepcopy", "__replace__")
        and any("clearance" in ast.unparse(part).lower() for part in [*node.args, *[word.value for word in node.keywords], node.func])
    }
    # The contract suite forges some, to see that every index refuses them.
    assert suspects <= {("testing/index_contract.py", "replace")}


def test_clearance_gets_no_other_name_by_import_or_subclass():
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not [name for name in node.names if name.name == "Clearance" and name.asname], path
            if isinstance(node, ast.ClassDef):
                assert not [base for base in node.bases if "Clearance" in ast.unparse(base)], path
            if isinstance(node, ast.Assign):
                assert not (isinstance(node.value, ast.Name) and node.value.id == "Clearance"), path


def test_no_option_of_a_face_sets_a_purpose_but_the_one_that_opens_a_case():
    for path in (ROOT / "cli").rglob("*.py"):
        if path.name == "cases.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]] if isinstance(node, ast.FunctionDef) else []
            assert "purpose" not in names, path


def test_the_seal_is_made_only_from_the_inside_of_the_clearance_module():
    readers = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if "_PROCESS_SECRET" in path.read_text(encoding="utf-8")]
    assert readers == ["domain/clearance.py"]
