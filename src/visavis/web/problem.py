"""What a page says of what went wrong: its status, a sentence, and what to do next."""

from visavis.domain.errors import InputError, RefusedError, VisavisError


def status_of(error: VisavisError | None) -> int:
    """Return the status of a page that tells a problem: none, refused by the law, busy, or anything else."""
    if error is None:
        return 200
    if isinstance(error, RefusedError):
        return 403
    return 422 if isinstance(error, InputError) else 503


def problem_of(error: VisavisError | None) -> str:
    """Return what was wrong; empty = nothing was."""
    if error is None:
        return ""
    if "none was picked" in str(error):
        return "Pick the face that you look for: several people are in the photograph."
    rule = f" (rule {error.rule})" if isinstance(error, RefusedError) else ""
    return f"{begun(str(error))}{rule}."


def remedy_of(error: VisavisError | None) -> str:
    """Return what to do next; empty where it is a command: what people do on a page is mended on a page."""
    if error is None or not error.remedy:
        return ""
    if isinstance(error, InputError | RefusedError) and ("visavis " in error.remedy or "--" in error.remedy):
        return ""
    return f"{begun(error.remedy)}."


def begun(text: str) -> str:
    """Write the first letter large, and leave the others as they are."""
    return f"{text[:1].upper()}{text[1:]}"
