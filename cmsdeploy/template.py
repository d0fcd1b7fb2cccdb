"""Templates: ``{{ … }}`` in what people wrote, and documents for people.

Law. This is the only file that imports jinja2, and it does so at the first use, so that a command
that renders nothing does not pay for it. It knows no inventory, no host and no path of a site: the
caller gives a mapping of variables (which may work lazily) and a function for ``lookup``. Text
that came out of a template is never read as a template again. No jinja2 exception leaves here.

What a rendering may cost is counted in ``template_limits.py``; the sandbox here asks it.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, wraps
from itertools import islice
from pathlib import Path
from types import GeneratorType, MappingProxyType
from typing import Any, NoReturn

from cmsdeploy.errors import InputError, printable
from cmsdeploy.model.secret import Secret
from cmsdeploy.template_limits import (
    LONGEST_RESULT,
    LimitError,
    bounded,
    check_filter,
    check_operation,
    iterated,
    refuse_heavy,
    sized,
    spend,
)
from cmsdeploy.template_suggestions import of_syntax, of_undefined
from cmsdeploy.template_values import OMIT, Verbatim

__all__ = [
    "OMIT",
    "UndefinedVariableError",
    "Verbatim",
    "check_syntax",
    "evaluate",
    "is_template",
    "names_in",
    "provide_filters",
    "render_document",
    "render_value",
]

Lookup = Callable[..., Any]

_GROWING_METHODS = frozenset(
    [
        "center",
        "ljust",
        "rjust",
        "zfill",
        "expandtabs",
        "translate",
        "replace",
        "join",
        "format",
        "format_map",
        "encode",
    ]
)
_PROVIDED: dict[str, Callable[..., Any]] = {}
# `random` makes two plans differ; the three globals are toys that lead to Python's inside.
_REMOVED_FILTERS = ("random", "pprint", "xmlattr", "urlize")
_REMOVED_GLOBALS = ("lipsum", "cycler", "joiner")


class UndefinedVariableError(InputError):
    """A template names something that has no value; ``default()`` rescues from it."""


def _bounded_filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)  # also copies the mark by which Jinja knows what to pass first
    def bounded(*arguments: Any, **named: Any) -> Any:
        check_filter(name, arguments, named)
        return sized(function(*arguments, **named))

    return bounded


def _of_plain_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with lazy mappings and generators made plain, and nothing undefined."""

    @wraps(function)
    def plain(*arguments: Any, **named: Any) -> Any:
        return function(*map(_plain, arguments), **named)

    return plain


def provide_filters(filters: Mapping[str, Callable[..., Any]]) -> None:
    """Add filters that need a library of another room; called while that room is imported."""
    _PROVIDED.update(filters)


def _extract(environment: Any, item: Any, container: Any, morekeys: Any = None) -> Any:
    """Ansible's ``extract``: look ``item`` up in ``container``, then ``morekeys`` in the result."""
    more = morekeys if isinstance(morekeys, list) else [morekeys]
    value = environment.getitem(container, item)
    for key in [] if morekeys is None else more:
        value = environment.getitem(value, key)
    return value


def _mandatory(value: Any, message: str = "") -> Any:
    from jinja2 import Undefined

    if isinstance(value, Undefined):
        raise UndefinedVariableError(message or "a mandatory variable is not defined")
    return value


def _finalized(value: Any) -> Any:
    if value is None:
        return ""
    if not isinstance(value, str):
        refuse_heavy(value)
    return value


@lru_cache(maxsize=1)
def _undefined_class() -> Any:
    from jinja2 import StrictUndefined

    class DeepUndefined(StrictUndefined):
        """Any use fails, except to look further into it: ``default`` sees the whole path."""

        __slots__ = ()

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return self

        def __getitem__(self, key: Any) -> Any:
            return self

    return DeepUndefined


@lru_cache(maxsize=1)
def _bounds_class() -> Any:
    from jinja2 import nodes
    from jinja2.visitor import NodeTransformer

    def filtered(node: Any, name: str) -> Any:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)

    def turns(self: Any, node: Any) -> Any:
        self.generic_visit(node)
        node.iter = filtered(node.iter, "_iterated")
        return node

    def joined(self: Any, node: Any) -> Any:
        self.generic_visit(node)
        node.nodes = [filtered(one, "_finalized") for one in node.nodes]
        return filtered(node, "_sized")

    def block(self: Any, node: Any) -> Any:
        self.generic_visit(node)
        node.filter = nodes.Filter(node.filter, "_sized", [], [], None, None)
        return node

    # Puts a count into every loop, and a look at the length behind every `~` and `set` block.
    methods = {"visit_For": turns, "visit_Concat": joined, "visit_AssignBlock": block}
    return type("Bounds", (NodeTransformer,), methods)


def _is_forbidden(obj: Any, attribute: str) -> bool:
    return isinstance(obj, Secret) or (isinstance(obj, str) and attribute in _GROWING_METHODS)


def _is_lazy(obj: Any) -> bool:
    return isinstance(obj, Mapping) and not isinstance(obj, dict)


@lru_cache(maxsize=1)
def _sandbox_class() -> Any:
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**", "%", "+"})

        def compile(self, source: Any, *arguments: Any, **named: Any) -> Any:
            tree = self.parse(source, *arguments[:2]) if isinstance(source, str) else source
            return super().compile(_bounds_class()().visit(tree), *arguments, **named)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            check_operation(operator, left, right)
            return super().call_binop(context, operator, left, right)

        def getattr(self, obj: Any, attribute: str) -> Any:
            # Our lazy mappings hold what people named; their methods must not hide it.
            is_named = _is_lazy(obj) and attribute in obj
            return obj[attribute] if is_named else super().getattr(obj, attribute)

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return not _is_forbidden(obj, attr) and super().is_safe_attribute(obj, attr, value)

        def wrap_str_format(self, value: Any) -> Any:
            if super().wrap_str_format(value) is not None:
                raise SecurityError("the method format is not available; use ~ or the filter")
            return None

        def call(self, context: Any, called: Any, /, *arguments: Any, **named: Any) -> Any:
            spend(iterations=1)
            return sized(super().call(context, called, *arguments, **named))

    return Sandbox


def _refuse_lookup(*_: Any, **__: Any) -> NoReturn:
    raise InputError("lookup is not available here", "use a variable of the inventory")


def _new_environment(**options: Any) -> Any:
    from jinja2 import pass_environment

    from cmsdeploy.template_filters import FILTERS
    from cmsdeploy.template_tests import TESTS

    environment = _sandbox_class()(
        undefined=_undefined_class(),
        optimized=False,  # else constant filters run while the text is compiled, unbounded
        finalize=_finalized,
        keep_trailing_newline=True,
        **options,
    )
    own = {name: _of_plain_values(one) for name, one in {**FILTERS, **_PROVIDED}.items()}
    own |= {"extract": pass_environment(_extract), "mandatory": _mandatory}
    environment.tests |= {name: _of_plain_values(one) for name, one in TESTS.items()}
    for name in _REMOVED_FILTERS:
        environment.filters.pop(name, None)
    for name in _REMOVED_GLOBALS:
        environment.globals.pop(name, None)
    all_filters = {**environment.filters, **own}
    environment.filters = {name: _bounded_filter(name, one) for name, one in all_filters.items()}
    environment.filters |= {"_iterated": iterated, "_sized": sized, "_finalized": _finalized}
    return environment


@lru_cache(maxsize=1)
def _environment() -> Any:
    return _new_environment()


def is_template(text: str) -> bool:
    """Whether ``text`` holds anything that a template language would read."""
    marked = "{{" in text or "{%" in text or "{#" in text
    return marked and not isinstance(text, Verbatim)


@contextmanager
def _translated(text: str, names: Mapping[str, object] = MappingProxyType({})) -> Iterator[None]:
    """Turn every failure of a rendering into an :class:`InputError` with one cause."""
    import jinja2

    shown = printable(text, 80)
    try:
        yield
    except InputError:
        raise
    except jinja2.UndefinedError as error:
        raise UndefinedVariableError(*of_undefined(str(error), text, names)) from None
    except jinja2.TemplateSyntaxError as error:
        cause = f"the template does not read: {printable(str(error.message), 200)}"
        known = {"filter": _environment().filters, "test": _environment().tests}
        raise InputError(cause, of_syntax(str(error.message), known)) from None
    except jinja2.TemplateNotFound as error:
        raise InputError(
            f"there is no template {printable(str(error), 80)}", "look at the name and the folder"
        ) from None
    except jinja2.exceptions.SecurityError as error:
        raise InputError(
            f"the template reaches for something forbidden: {printable(str(error), 200)}",
            "use variables, filters and plain operators only",
        ) from None
    except (LimitError, RecursionError, MemoryError, OverflowError) as error:
        reason = str(error) if isinstance(error, LimitError) else "it never ends"
        raise InputError(f"the template asks for too much: {reason}", "make it smaller") from None
    except Exception as error:
        reason = printable(str(error), 120)
        raise InputError(f"the template {shown} fails: {reason}", "correct it") from None


def _with_literal_backslashes(text: str) -> str:
    """Ansible takes a backslash in a text of a template as it stands; Jinja reads ``\\1``."""
    if "\\" not in text:
        return text
    tokens = _environment().lex(text)
    return "".join(
        value.replace("\\", "\\\\") if kind == "string" else value for _, kind, value in tokens
    )


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    """The tree of ``text``, and whether it is one single expression."""
    from jinja2 import nodes

    tree = _environment().parse(_with_literal_backslashes(text))
    outputs = tree.body[0].nodes if len(tree.body) == 1 and _is_output(tree.body[0]) else []
    if len(outputs) == 1 and not isinstance(outputs[0], nodes.TemplateData):
        target = nodes.Name("result", "store", lineno=1)
        return nodes.Template([nodes.Assign(target, outputs[0], lineno=1)], lineno=1), True
    return tree, False


def _is_output(node: Any) -> bool:
    from jinja2 import nodes

    return isinstance(node, nodes.Output)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> tuple[Any, bool]:
    if len(text) > LONGEST_RESULT:
        raise LimitError("it is longer than 1 MiB")
    environment = _environment()
    tree, is_single = _parsed(text)
    # A name that is set at the top is kept in the context only if the tree knows its environment.
    tree.set_environment(environment)
    code = environment.compile(tree)
    return environment.template_class.from_code(environment, code, {}, None), is_single


class _Scope(Mapping[str, Any]):
    """The caller's variables for one rendering; what is undefined in them stays rescuable."""

    __slots__ = ("__variables",)

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.__variables = variables

    def __getitem__(self, name: str) -> Any:
        try:
            return self.__variables[name]
        except UndefinedVariableError as error:
            found = error
        return _undefined_class()(name=name, exc=lambda _: found)

    def __contains__(self, name: object) -> bool:
        return name in self.__variables

    def __iter__(self) -> Iterator[str]:
        return iter(self.__variables)

    def __len__(self) -> int:
        return len(self.__variables)


def _context(template: Any, variables: Mapping[str, Any], lookup: Lookup | None) -> Any:
    environment = template.environment
    names: dict[str, Any] = {**environment.globals, "lookup": lookup or _refuse_lookup}
    # jinja2 copies a mapping that it is given to render; a context over a chain of mappings does
    # not, so only the variables that are named are evaluated.
    parent: Any = ChainMap(_Scope(variables), names)  # type: ignore[arg-type]
    return environment.context_class(environment, parent, template.name, template.blocks)


def _plain(value: Any) -> Any:
    """What an expression gave, as plain data: generators and tuples become lists."""
    from jinja2 import Undefined

    if isinstance(value, Undefined):
        str(value)  # says what is undefined
    if isinstance(value, str):
        return str(sized(value))
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, range, GeneratorType)) or _is_view(value):
        return [_plain(item) for item in islice(iterated(value), LONGEST_RESULT)]
    if callable(value):
        raise LimitError("its result is a function, not a value")
    return value


def _is_view(value: Any) -> bool:
    return type(value).__name__ in {"dict_keys", "dict_values", "dict_items", "islice"}


def _rendered(text: str, variables: Mapping[str, Any], lookup: Lookup | None) -> Any:
    template, is_single = _compiled(text)
    context = _context(template, variables, lookup)
    pieces: list[str] = []
    length = 0
    for piece in template.root_render_func(context):
        length += len(piece)
        spend(characters=len(piece))
        if length > LONGEST_RESULT:
            raise LimitError("its result is longer than 1 MiB")
        pieces.append(piece)
    return _plain(context.vars["result"]) if is_single else "".join(pieces)


def render_value(value: Any, variables: Mapping[str, Any], lookup: Lookup | None = None) -> Any:
    """Give ``value`` (text, or lists and mappings of it) with its templates evaluated.

    A text that is one single expression keeps the type of the expression. ``variables`` may be
    lazy. Raises :class:`InputError`, without a place: the caller knows where the text stands.
    """
    if isinstance(value, dict):
        return {key: render_value(item, variables, lookup) for key, item in value.items()}
    if isinstance(value, list):
        return [render_value(item, variables, lookup) for item in value]
    if not isinstance(value, str) or not is_template(value):
        return value
    with bounded(), _translated(value, variables):
        return _rendered(value, variables, lookup)


def evaluate(expression: str, variables: Mapping[str, Any], lookup: Lookup | None = None) -> Any:
    """Give the value of a bare expression, as in ``when:``."""
    text = "{{ " + expression + " }}"
    with bounded(), _translated(expression, variables):
        if not _compiled(text)[1]:
            raise InputError(f"{printable(expression, 80)!r} is not one expression")
        return _rendered(text, variables, lookup)


def check_syntax(text: str, *, is_expression: bool = False) -> None:
    """Raise :class:`InputError` where ``text`` cannot be read, without evaluating it."""
    whole = "{{ " + text + " }}" if is_expression else text
    with _translated(text):
        if is_expression or is_template(text):
            _, is_single = _compiled(whole)
            if is_expression and not is_single:
                raise InputError(f"{printable(text, 80)!r} is not one expression")


def names_in(text: str) -> frozenset[str]:
    """The names that the template ``text`` looks up (``lookup`` among them)."""
    from jinja2 import nodes

    if not is_template(text):
        return frozenset()
    with _translated(text):
        tree, _ = _parsed(text)
        found = tree.find_all(nodes.Name)
        return frozenset(name.name for name in found if name.ctx == "load")


def render_document(
    name: str,
    variables: Mapping[str, Any],
    *,
    search: Sequence[Path] = (),
    text: str | None = None,
) -> str:
    """Render a document for people: ``name`` in the first folder of ``search`` that has it.

    With ``text`` that is the template, and ``name`` only says what it is. A name that ends in
    ``.html`` or ``.html.j2`` gets every value escaped. Raises :class:`InputError`.
    """
    from jinja2 import DictLoader, FileSystemLoader

    folders = FileSystemLoader([str(folder) for folder in search])
    loader = folders if text is None else DictLoader({name: text})
    is_html = name.endswith((".html", ".html.j2"))
    environment = _new_environment(
        loader=loader, autoescape=is_html, trim_blocks=True, lstrip_blocks=True
    )
    with bounded(), _translated(name):
        template = environment.get_template(name)
        pieces: list[str] = []
        for piece in template.root_render_func(_context(template, variables, None)):
            spend(characters=len(piece))
            pieces.append(piece)
        return "".join(pieces)
