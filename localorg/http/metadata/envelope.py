"""SOAP envelopes of the Metadata API: requests read, answers and faults written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from flask import Response
from lxml import etree

from localorg.errors import OrgError
from localorg.metadata.document import XmlElement, local_name
from localorg.metadata.wsdl import NAMESPACE

if TYPE_CHECKING:
    from lxml.etree import _Element

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
LARGEST: Final = 52_428_800  # bytes
CLIENT: Final = "soapenv:Client"
_PREFIXES: Final = {"soapenv": ENVELOPE, "xsi": _INSTANCE}
# The metadata's own is the default one, as Salesforce writes it (lxml takes None for that, its stubs know only texts).
_OF_ANSWERS: Final = cast("dict[str, str]", {None: NAMESPACE, **_PREFIXES})
_OF_FAULTS: Final = {"sf": NAMESPACE, **_PREFIXES}


class SoapFaultError(Exception):
    """A fault. `code` is Salesforce's error code, or a code with a prefix of the envelope's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    @classmethod
    def of(cls, error: OrgError) -> SoapFaultError:
        """An error of the org as a fault."""
        return cls(error.code, error.message)


@dataclass(frozen=True)
class Call:
    """A request: the operation's element and the session's id."""

    operation: str
    element: XmlElement
    session_id: str


def read_call(content: bytes) -> Call:
    """The call of an envelope. Raises SoapFaultError for what is none."""
    if len(content) > LARGEST:
        message = f"Maximum size of request reached. Maximum size of request is {LARGEST} bytes."
        raise SoapFaultError("LIMIT_EXCEEDED", message)
    if b"<!DOCTYPE" in content:
        raise SoapFaultError(CLIENT, "DOCTYPE is disallowed")
    # An archive is one long text, which only a parser for huge files takes; without a document type it is harmless.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SoapFaultError(CLIENT, str(error) or "Premature end of file.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SoapFaultError(CLIENT, "DOCTYPE is disallowed")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise SoapFaultError("soapenv:VersionMismatch", f"Only SOAP 1.1 messages are understood, found {root.tag}")
    body = root.find(f"{{{ENVELOPE}}}Body")
    element = next(body.iterchildren("*"), None) if body is not None else None
    if element is None:
        raise SoapFaultError(CLIENT, "No operation available for request, the body is empty")
    if etree.QName(element).namespace != NAMESPACE:
        raise no_operation(element)
    session = root.findtext(f"{{{ENVELOPE}}}Header/{{{NAMESPACE}}}SessionHeader/{{{NAMESPACE}}}sessionId")
    return Call(local_name(element), element, (session or "").strip() if isinstance(session, str) else "")


def no_operation(element: XmlElement) -> SoapFaultError:
    """The fault for a call that the Metadata API does not know."""
    message = f"No operation available for request {element.tag}, please check the WSDL for the service."
    return SoapFaultError(CLIENT, message)


def answer(operation: str, result: object) -> Response:
    """An answer whose result is a mapping, a list of mappings, or nothing."""
    root, body = _envelope(_OF_ANSWERS)
    response = etree.SubElement(body, f"{{{NAMESPACE}}}{operation}Response")
    _write(response, "result", result)
    return _xml(root, 200)


def fault(error: SoapFaultError) -> Response:
    """A fault, which is always a 500."""
    root, body = _envelope(_OF_FAULTS)
    holder = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    own = ":" in error.code
    etree.SubElement(holder, "faultcode").text = error.code if own else f"sf:{error.code}"
    etree.SubElement(holder, "faultstring").text = error.message if own else f"{error.code}: {error.message}"
    return _xml(root, 500)


def _envelope(namespaces: dict[str, str]) -> tuple[_Element, _Element]:
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap=namespaces)
    return root, etree.SubElement(root, f"{{{ENVELOPE}}}Body")


def _write(parent: _Element, name: str, value: object) -> None:
    if value is None:
        return
    if isinstance(value, list):
        for each in value:
            _write(parent, name, each)
        return
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _write(element, str(key), inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = "".join(each for each in str(value) if each.isprintable() or each in "\n\t")


def _xml(root: _Element, status: int) -> Response:
    text = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Response(text, status=status, content_type="text/xml;charset=UTF-8")
