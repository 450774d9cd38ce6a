"""`visavis serve`: the desk, in a browser."""

import functools
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, archive_folder, ask_passphrase
from visavis.cli.output import pictures, reading
from visavis.cli.output.plain_text import shown
from visavis.domain.errors import InputError, SetupError

if TYPE_CHECKING:
    from visavis.web.house import Words

PORT = 8478


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    archive: ArchiveOption = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = PORT,
    behind_proxy: Annotated[
        str, typer.Option("--behind-proxy", metavar="ORIGIN", help="Address of the proxy with TLS that stands before it: https://…")
    ] = "",
    no_rights_page: Annotated[bool, typer.Option("--no-rights-page", help="Take no requests of the public by /rights.")] = False,
) -> None:
    """Open the desk: searching and judging in a browser."""
    from visavis.wiring.archive import open_archive
    from visavis.wiring.build import SystemClock, read_settings
    from visavis.wiring.reader import ProbeReader

    try:
        from visavis.web import serving
    except ModuleNotFoundError as error:
        raise SetupError(f"the desk needs {error.name}", remedy="install it with the extra: visavis[server]") from error
    settings, ask = read_settings(), functools.cache(ask_passphrase)  # the archive is opened twice, and the key asked for once
    folder = archive_folder(archive, settings)
    listening = serving.Listening(host=host, port=port, origin=behind_proxy, rights_page=not no_rights_page)
    listening.address()
    with open_archive(folder, settings=settings, ask=ask) as opened:
        if behind_proxy and opened.accounts.nobody():
            raise InputError("nobody can sign in: the archive has no person", remedy="visavis person add NAME --role owner")
        pack = opened.status().pack
    reader = ProbeReader(settings, pack)
    desk = serving.make_desk(
        lambda: open_archive(folder, settings=settings, ask=ask),
        read=reader.read,
        words=words(),
        listening=listening,
        clock=SystemClock(),
    )
    where = f"{desk.house.address.origin}/start?key={desk.house.start_key}" if desk.house.start_key else behind_proxy
    sys.stderr.write(shown(f"The desk is open: {where}") + "\n")
    sys.stderr.write("Ctrl-C closes it." + (" The link lets in whoever has it." if desk.house.start_key else "") + "\n")
    try:
        serving.run(desk, listening)
    finally:
        reader.stop()
        desk.close()


def words() -> "Words":
    """Return how results read on the pages of the command line: the desk's are the same."""
    from visavis.web.house import Words

    return Words(
        similarity=reading.similarity,
        date=reading.date,
        counted=reading.counted,
        folded=reading.folded,
        remarks=reading.remarks,
        several_faces=reading.several_faces_searched,
        stamp=reading.stamp,
        headline=reading.headline,
        lead=reading.LEAD,
        shown=shown,
        crop=pictures.crop_jpeg,
        whole=pictures.whole_jpeg,
    )
