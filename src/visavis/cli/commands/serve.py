"""`visavis serve`: the desk, in a browser."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, archive_folder, ask_passphrase
from visavis.cli.output import case_report, document, markers, page, paper, pictures, reading
from visavis.cli.output.document import plain_document
from visavis.cli.output.plain_text import encodable, shown
from visavis.domain.errors import InputError, SetupError
from visavis.domain.speech import ENGLISH, Speech

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
    photos: Annotated[
        list[Path] | None, typer.Option("--photos", metavar="DIR", help="A folder inside which the desk may offer folders of originals.")
    ] = None,
    uploads: Annotated[Path | None, typer.Option("--uploads", metavar="DIR", help="Where pictures that people hand in are kept.")] = None,
    no_rights_page: Annotated[bool, typer.Option("--no-rights-page", help="Take no requests of the public by /rights.")] = False,
) -> None:
    """Open the desk: searching and judging in a browser."""
    from visavis.wiring.archive import open_archive
    from visavis.wiring.build import SystemClock, read_settings
    from visavis.wiring.folders import folders
    from visavis.wiring.job_process import JobProcesses, KeptPassphrase
    from visavis.wiring.reader import ProbeReader

    try:
        from visavis.web import serving
        from visavis.web.courier import Courier
        from visavis.web.supervisor import Supervisor
    except ModuleNotFoundError as error:
        raise SetupError(f"the desk needs {error.name}", remedy="install it with the extra: visavis[server]") from error
    settings, ask = read_settings(), KeptPassphrase(ask_passphrase)  # the archive is opened twice, and the key asked for once
    folder = archive_folder(archive, settings)
    listening = serving.Listening(host=host, port=port, origin=behind_proxy, rights_page=not no_rights_page)
    listening.address()
    opened_folders = folders(folder, settings, photos=tuple(photos or ()), uploads=uploads)
    with open_archive(folder, settings=settings, ask=ask) as opened:
        if behind_proxy and opened.accounts.nobody():
            raise InputError("nobody can sign in: the archive has no person", remedy="visavis person add NAME --role owner")
        pack = opened.pack
    reader = ProbeReader(settings, pack)
    with serving.listen(listening) as taken:
        desk = serving.make_desk(
            lambda: open_archive(folder, settings=settings, ask=ask),
            read=reader.read,
            within=reader.within,
            words=words,
            listening=listening,
            clock=SystemClock(),
            folders=opened_folders,
            languages=settings.languages,
        )
        jobs, courier = Supervisor(desk.house.archive, JobProcesses(folder, lambda: ask.said)), Courier(desk.house.archive, SystemClock())
        where = f"{desk.house.address.origin}/start?key={desk.house.start_key}" if desk.house.start_key else behind_proxy
        sys.stderr.write(shown(f"The desk is open: {where}") + "\n")
        sys.stderr.write("Ctrl-C closes it." + (" The link lets in whoever has it." if desk.house.start_key else "") + "\n")
        jobs.start()
        courier.start()
        try:
            serving.run(desk, taken, log_level=settings.log_level)
        finally:
            courier.stop()
            jobs.stop()
            reader.stop()
            desk.close()


def words(speech: Speech = ENGLISH) -> "Words":
    """Return how results read on the pages of the command line: the desk's are the same, in the language of who reads them."""
    from visavis.web.house import Words
    from visavis.web.papers import Papers

    return Words(
        similarity=partial(reading.similarity, speech=speech),
        date=partial(reading.date, speech=speech),
        folded=reading.folded,
        remarks=partial(reading.remarks, speech=speech),
        several_faces=reading.several_faces_searched,
        stamp=partial(reading.stamp, speech=speech),
        headline=partial(reading.headline, speech=speech),
        lead=speech.say(reading.LEAD),
        shown=shown,
        document=plain_document,
        encodable=encodable,
        strangers=partial(reading.strangers_in_words, speech=speech),
        span=partial(reading.span, speech=speech),
        best_moment=partial(reading.best_moment, speech=speech),
        clock=reading.clock,
        set_aside=reading.set_aside,
        crop=pictures.crop_jpeg,
        level=pictures.level_jpeg,
        whole=pictures.whole_jpeg,
        papers=Papers(
            csv=document.write_csv,
            sheet=page.write_page,
            edl=markers.edl,
            otio=markers.otio,
            report=case_report.write_report,
            said=case_report.said,
        ),
        paper_page=paper.paper_page,
    )
