"""Reading the small XML documents of the API, from servers that we do not trust.

The bytes are looked at before a parser sees them: a document type or an entity is how five lines
become gigabytes or a local file becomes a part of the answer. The API sends neither, so both are
refused by word, whatever the parser of this Python version would do with them.
"""

from __future__ import annotations

from xml.etree import ElementTree
from xml.parsers import expat

from cmsdeploy.errors import DeviceError

__all__ = ["failure_tags", "read_xml"]

_LARGEST = 4 * 1024 * 1024
_DEEPEST = 50
_MOST_ELEMENTS = 200_000


def read_xml(body: bytes) -> ElementTree.Element:
    """Give the root of ``body``. Raises ``DeviceError`` for anything that is not plain XML.

    At most 4 MiB, 50 levels, 200,000 elements; UTF-8 only, because another encoding could hide a
    document type from the search.
    """
    if len(body) > _LARGEST:
        raise _refused(f"it is larger than {_LARGEST} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused("it is not UTF-8") from None
    if "<!" in text.replace("<!--", "").replace("<![CDATA[", ""):
        raise _refused("it declares a document type or entities")
    return _parsed(text)


def _parsed(text: str) -> ElementTree.Element:
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    depth = 0
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > _DEEPEST or count > _MOST_ELEMENTS:
            raise _refused("it is nested too deeply or has too many elements")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise _refused(f"it is not well-formed ({error})") from None
    return builder.close()


def failure_tags(body: bytes) -> tuple[str, ...]:
    """The names inside ``<failureDetails>``, such as ``coSpaceDoesNotExist``; none if unreadable.

    An error page of some proxy must not turn an HTTP error into an XML error, so this never raises.
    """
    try:
        root = read_xml(body)
    except DeviceError:
        return ()
    return tuple(child.tag for child in root) if root.tag == "failureDetails" else ()


def _refused(why: str) -> DeviceError:
    return DeviceError(
        f"the answer of the API cannot be read: {why}",
        "check that the address is the Web Admin of a Meeting Server",
    )
