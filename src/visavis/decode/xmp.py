"""XMP packets (ISO 16684-1): the few properties that are kept, read without trusting the XML."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_MAX_BYTES = 4 * 2**20  # editing histories run to a megabyte; more is no caption
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NAMES = {
    "{http://purl.org/dc/elements/1.1/}": "dc",
    "{http://ns.adobe.com/photoshop/1.0/}": "photoshop",
    "{http://ns.adobe.com/exif/1.0/}": "exif",
    "{http://ns.adobe.com/xap/1.0/}": "xmp",
    "{http://ns.adobe.com/tiff/1.0/}": "tiff",
    "{http://ns.useplus.org/ldf/xmp/1.0/}": "plus",
    "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}": "iptcext",
}


def read_xmp(packet: bytes) -> dict[str, str]:
    """Read the simple properties and the first item of each list (of alternatives: the default language).

    Parameters
    ----------
    packet : bytes

    Returns
    -------
    dict
        `dc:description` → text. Empty if the packet is absent, damaged, declares entities or a document type, or is over 4 MiB.
    """
    start = packet.find(b"<")
    if start < 0 or len(packet) > _MAX_BYTES:
        return {}
    try:
        root = fromstring(packet[start:].rstrip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # the last two: encodings that Python doesn't know
        return {}
    found: dict[str, str] = {}
    for description in root.iter(f"{_RDF}Description"):
        for name, value in description.attrib.items():
            _keep(found, name, value)
        for child in description:
            _keep(found, child.tag, _text(child))
    return found


def _keep(found: dict[str, str], name: str, value: str) -> None:
    space, _, local = name.rpartition("}")
    prefix = _NAMES.get(space + "}")
    if prefix and value.strip():
        found.setdefault(f"{prefix}:{local}", value.strip())


def _text(element: Element) -> str:
    items = list(element.iter(f"{_RDF}li"))
    if not items:
        return element.text or ""
    default = [item for item in items if item.get("{http://www.w3.org/XML/1998/namespace}lang") == "x-default"]
    return (default or items)[0].text or ""
