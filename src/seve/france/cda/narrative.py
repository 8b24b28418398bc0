"""The narrative of a section (CDA R2, 4.3.5 and StrucDoc.Text) as a safe subset of HTML.

Known elements become theirs; the tags of any other are shown as text, so that nothing a clinician wrote is hidden. No attribute of
the document reaches the HTML as it came: ids get a prefix and are kept only where a link of the document needs them, links lead to
them alone, images come from the document itself, as `data:` or from an address that the page has for them. What is outside is
named, never fetched.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from seve.fhir.signatures import signature_of
from seve.france.cda.document import Attachment
from seve.france.cda.elements import text_of
from seve.france.cda.parsing import IN, NAMESPACE

_PLAIN = MappingProxyType(
    {
        "paragraph": "p",
        "item": "li",
        "table": "table",
        "thead": "thead",
        "tbody": "tbody",
        "tfoot": "tfoot",
        "tr": "tr",
        "sub": "sub",
        "sup": "sup",
        "footnote": "span",
    }
)
_STYLES = MappingProxyType(
    {
        "bold": ("strong",),
        "italics": ("em",),
        "emphasis": ("em",),
        "underline": ("em",),
        "bolditalics": ("strong", "em"),
        "bolditalic": ("strong", "em"),
    }
)
_IMAGES = MappingProxyType({"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif"})
_ODD_IN_IDS = re.compile(r"[^A-Za-z0-9_-]")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_LARGEST_SPAN = 200


class Shower:
    """Shows the narratives of one document. An image is shown once, so that naming it a thousand times costs nothing."""

    def __init__(self, document: Any, attachments: Iterable[Attachment], *, prefix: str, images: str = "") -> None:
        """`images` is the address that the number of an attachment (from 0) is put behind; images stand as `data:` without."""
        numbered = list(enumerate(attachments))
        self._attachments = {attachment.id: (number, attachment) for number, attachment in numbered if attachment.id}
        self._images = images
        self._prefix = _ODD_IN_IDS.sub("", prefix) or "cda"
        targets = (_target(element) for element in document.iter(f"{IN}linkHtml", f"{IN}footnoteRef"))
        self._targets = {target for target in targets if target}
        self._given = set[str]()
        self._shown = set[str]()
        self._special: Mapping[str, Callable[[Any], str]] = {
            "content": self._content,
            "br": lambda _: "<br/>",
            "list": self._list,
            "caption": self._caption,
            "th": self._cell,
            "td": self._cell,
            "col": lambda _: "",
            "colgroup": lambda _: "",
            "linkHtml": self._link,
            "footnoteRef": self._link,
            "renderMultiMedia": self._media,
        }

    def html(self, text: Any | None) -> str:
        """The HTML of a `text` element, empty for None."""
        return self._inside(text).strip() if text is not None else ""

    def _inside(self, element: Any) -> str:
        parts = [html.escape(element.text or "")]
        for part in element:
            parts += (self._one(part), html.escape(part.tail or ""))
        return "".join(parts)

    def _one(self, element: Any) -> str:
        if not isinstance(element.tag, str):  # a comment or an instruction, in a tree that was parsed elsewhere
            return ""
        namespace, _, name = element.tag.rpartition("}")
        known = namespace == f"{{{NAMESPACE}"
        if known and name in self._special:
            return self._special[name](element)
        if known and name in _PLAIN:
            return self._wrapped(element, _PLAIN[name])
        return f"&lt;{html.escape(name)}&gt;{self._inside(element)}&lt;/{html.escape(name)}&gt;"

    def _wrapped(self, element: Any, tag: str, attributes: str = "") -> str:
        return f"<{tag}{self._id(element)}{attributes}>{self._inside(element)}</{tag}>"

    def _id(self, element: Any) -> str:
        """The attribute, for the first element of an id that a link leads to."""
        id_ = element.get("ID", "")
        if id_ not in self._targets or id_ in self._given:
            return ""
        self._given.add(id_)
        return f' id="{self._name(id_)}"'

    def _name(self, id_: str) -> str:
        return f"{self._prefix}-{_ODD_IN_IDS.sub('_', id_)}"

    def _content(self, element: Any) -> str:
        tags = [tag for style in element.get("styleCode", "").lower().split() for tag in _STYLES.get(style, ())]
        inner = self._inside(element)
        for tag in reversed(dict.fromkeys(tags)):
            inner = f"<{tag}>{inner}</{tag}>"
        id_ = self._id(element)
        return f"<span{id_}>{inner}</span>" if id_ else inner

    def _list(self, element: Any) -> str:
        return self._wrapped(element, "ol" if element.get("listType") == "ordered" else "ul")

    def _caption(self, element: Any) -> str:
        parent = element.getparent()
        if parent.tag == f"{IN}table":
            return self._wrapped(element, "caption")
        if parent.tag == f"{IN}list":
            return f"<li><strong>{self._inside(element)}</strong></li>"
        return f"<strong{self._id(element)}>{self._inside(element)}</strong> "

    def _cell(self, element: Any) -> str:
        name = element.tag.rpartition("}")[2]
        spans = "".join(_span(element, attribute) for attribute in ("colspan", "rowspan"))
        heads = element.getparent().getparent()
        scope = ' scope="col"' if name == "th" and heads is not None and heads.tag == f"{IN}thead" else ""
        return self._wrapped(element, name, scope + spans)

    def _link(self, element: Any) -> str:
        inner = self._inside(element)
        target = _target(element)
        if target:
            return f'<a href="#{self._name(target)}">{inner or html.escape(target)}</a>'
        address = element.get("href", "").strip()
        if not _ADDRESS.match(address) or address in "".join(element.itertext()):
            return inner or html.escape(address)
        return f"{inner} ({html.escape(address)})" if inner.strip() else html.escape(address)

    def _media(self, element: Any) -> str:
        caption = self._inside(element).strip()
        shown = [self._attached(name, text_of(element)) for name in element.get("referencedObject", "").split()]
        return " ".join(filter(None, (*shown, caption)))

    def _attached(self, name: str, caption: str) -> str:
        number, attachment = self._attachments.get(name, (0, None))
        if attachment is None:
            return f"[{html.escape(name)}]"
        media_type = image_type(attachment)
        if name in self._shown or not media_type:
            return f"[{html.escape(name)}: {html.escape(attachment.media_type)}]"
        self._shown.add(name)
        alt = html.escape(caption or name)
        if self._images:
            return f'<img src="{html.escape(self._images)}{number}" alt="{alt}"/>'
        return f'<img src="data:{media_type};base64,{base64.b64encode(attachment.data).decode()}" alt="{alt}"/>'


def narrative_html(text: Any, attachments: Iterable[Attachment] = (), *, prefix: str = "cda") -> str:
    """The safe HTML of one `text` element by itself (lxml, in the namespace of CDA)."""
    return Shower(text, attachments, prefix=prefix).html(text)


def _target(element: Any) -> str:
    """The id that a link inside the document leads to, empty for another link."""
    href = element.get("href", "").strip()
    return href[1:] if href.startswith("#") else element.get("IDREF", "")


def _span(element: Any, attribute: str) -> str:
    value = element.get(attribute, "")
    if not (value.isascii() and value.isdigit() and len(value) < 4 and 1 < int(value) <= _LARGEST_SPAN):
        return ""
    return f' {attribute}="{int(value)}"'


def image_type(attachment: Attachment) -> str:
    """The media type of an image that a browser shows, by its bytes; empty for anything else."""
    return _IMAGES.get(signature_of(attachment.data), "") if attachment.media_type.startswith("image/") else ""
