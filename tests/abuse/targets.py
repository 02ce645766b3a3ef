"""What can be attacked, found by walking the product: its addresses, and the forms that its pages show.

Nothing here lists pages. A new address needs a value for each new parameter (world.py), a new form values that make
it accepted where it does not come filled in (recipes.py); test_targets.py fails until they are there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

FIELD_TAGS = ("input", "select", "textarea", "button")
Attributes = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Address:
    """One pattern of the URLconf. `template` is the path with its parameters in braces."""

    route: str
    template: str

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.template))


@dataclass(frozen=True, kw_only=True)
class Field:
    """A named control of a form, with the value it would be sent with; None when it would not be sent."""

    name: str
    kind: str
    value: str | None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a browser can send from a page: each submit button of an HTML form, and each htmx request, is one."""

    page: str
    action: str
    method: str
    fields: tuple[Field, ...]
    button: Field | None = None
    is_for_outsiders: bool = False

    @property
    def route(self) -> str:
        return route_of(self.action)

    @property
    def identity(self) -> tuple[object, ...]:
        """Two forms of the same identity go the same way, whatever row they are about."""
        names = sorted({re.sub(r"\d+", "0", field.name) for field in self.fields})
        return (self.route, self.method, self.button and self.button.name, tuple(names))

    def filled(self) -> list[tuple[str, str]]:
        """Return what the form sends as it stands."""
        sent = [*self.fields, *([self.button] if self.button and self.button.name else [])]
        return [(field.name, field.value) for field in sent if field.value is not None]


def addresses(urlconf: str | None = None) -> list[Address]:
    """Return every address of the URLconf."""
    return list(_walked(get_resolver(urlconf).url_patterns, route="", template=""))


def route_of(path: str) -> str:
    """Return the route that `path` (with or without a query string) leads to; `-` when there is none."""
    try:
        return resolve(unquote(urlsplit(path).path)).route
    except Resolver404:
        return "-"


def forms_of(page: str, html: str) -> list[Form]:
    """Return what can be sent from the page at the path `page`, whose text is `html`."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.forms()


def links_of(page: str, html: str) -> list[str]:
    """Return the paths with query strings that the page links to."""
    reader = _Reader(page)
    reader.feed(html)
    return sorted({link for link in reader.links if "?" in link and link.startswith("/")})


def distinct(forms: Iterable[Form]) -> list[Form]:
    """Return one form of each identity."""
    return list({form.identity: form for form in forms}.values())


def _walked(patterns: Iterable[URLPattern | URLResolver], *, route: str, template: str) -> Iterator[Address]:
    for each in patterns:
        longer, path = route + str(each.pattern), template + _template(each)
        if isinstance(each, URLResolver):
            yield from _walked(each.url_patterns, route=longer, template=path)
        else:
            yield Address(route=longer, template=path)


def _template(each: URLPattern | URLResolver) -> str:
    text = str(each.pattern)
    if isinstance(each.pattern, RoutePattern):
        return re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", text)
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", text).lstrip("^").rstrip("$")


class _Open:
    """A form while it is read."""

    def __init__(self, attributes: Attributes) -> None:
        self.attributes = attributes
        self.fields: list[Field] = []
        self.buttons: list[Attributes] = []


class _Reader(HTMLParser):
    """Collects forms, what htmx sends, and links. What stands in a <template> is no control yet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._page = page
        self._forms: list[_Open] = []
        self._open: _Open | None = None
        self._requests: list[tuple[str, str, _Open | None]] = []
        self._templates = 0
        self._select: tuple[Attributes, list[tuple[str, bool]]] | None = None
        self._area: tuple[Attributes, list[str]] | None = None
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._templates += tag == "template"
        self._note_addresses(given)
        if tag == "form":
            self._open = _Open(given)
            self._forms.append(self._open)
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))
        elif tag in FIELD_TAGS and not self._templates:
            self._begin(tag, given)

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._templates -= 1
        elif tag == "form":
            self._open = None
        elif tag == "select" and self._select:
            given, options = self._select
            chosen = [value for value, is_chosen in options if is_chosen] or [options[0][0] if options else ""]
            choices = tuple(value for value, _ in options)
            self._add(Field(name=given.get("name", ""), kind="select", value=chosen[0], choices=choices))
            self._select = None
        elif tag == "textarea" and self._area:
            given, parts = self._area
            self._add(Field(name=given.get("name", ""), kind="textarea", value="".join(parts).removeprefix("\n")))
            self._area = None

    def forms(self) -> list[Form]:
        made = [form for each in self._forms for form in self._sent_from(each)]
        for path, method, around in self._requests:
            fields = tuple((around or (self._forms and self._forms[0]) or _Open({})).fields)
            made.append(Form(page=self._page, action=urljoin(self._page, path), method=method, fields=fields))
        return made

    def _note_addresses(self, given: Attributes) -> None:
        for name in ("href", "src"):
            if name in given:
                self.links.append(urljoin(self._page, given[name]))
        for method in ("get", "post"):
            if path := given.get(f"hx-{method}"):
                self._requests.append((path, method, self._open))

    def _begin(self, tag: str, given: Attributes) -> None:
        if tag == "select":
            self._select = (given, [])
        elif tag == "textarea":
            self._area = (given, [])
        elif tag == "button" or given.get("type") in ("submit", "image"):
            if self._open and given.get("type", "submit") in ("submit", "image"):
                self._open.buttons.append(given)
        else:
            kind = given.get("type", "text")
            ticked = kind not in ("checkbox", "radio") or "checked" in given
            value = given.get("value", "on" if kind in ("checkbox", "radio") else "")
            choices = (value,) if kind in ("checkbox", "radio") else ()
            is_sent = ticked and kind != "file"
            self._add(Field(name=given.get("name", ""), kind=kind, value=value if is_sent else None, choices=choices))

    def _add(self, field: Field) -> None:
        if self._open and field.name:
            self._open.fields.append(field)

    def _sent_from(self, each: _Open) -> Iterator[Form]:
        given = each.attributes
        plain = Form(
            page=self._page,
            action=urljoin(self._page, given.get("action") or self._page),
            method=given.get("method", "get").lower(),
            fields=tuple(each.fields),
        )
        for button in each.buttons or [{}]:
            pressed = Field(name=button.get("name", ""), kind="submit", value=button.get("value", ""))
            action = urljoin(self._page, button["formaction"]) if "formaction" in button else plain.action
            yield replace(plain, action=action, button=pressed)
