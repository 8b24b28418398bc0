"""The public door: `compile` an expression once, evaluate it often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from seve.fhir.path.building import Builder
from seve.fhir.path.context import NOTHING_KNOWN, Context
from seve.fhir.path.errors import FHIRPathError, TooMuchWorkError
from seve.fhir.path.evaluation import MAXIMUM_WORK, Environment, Scope
from seve.fhir.path.generating import Generated, generate
from seve.fhir.path.model import node
from seve.fhir.path.ordering import check_order
from seve.fhir.path.parser import parse
from seve.fhir.path.runtime import DEFER
from seve.fhir.path.syntax import Expression, rewritten
from seve.fhir.path.typing import check
from seve.fhir.path.values import Items, Node, boolean, plain

_KEPT = 8192


class Compiled:
    """An expression ready to be evaluated. Immutable and safe to share between threads.

    `root_type` is the FHIR type its input is known to have (`Patient`, `Observation.component`, `string`), None when any may
    come. `change` replaces sub-expressions before anything is checked: how a view binds its constants. `is_strict` refuses what
    `compile` says.
    """

    __slots__ = ("_condition", "_fast", "_is_local", "_step", "expression", "root_type", "tree")

    def __init__(
        self,
        expression: str,
        *,
        root_type: str | None,
        change: Callable[[Expression], Expression] | None = None,
        is_strict: bool = False,
    ) -> None:
        self.expression = expression
        self.root_type = root_type
        parsed = parse(expression)
        self.tree: Expression = parsed if change is None else rewritten(parsed, change)
        self._step = Builder(expression, is_strict=is_strict).step(self.tree)
        self._fast: Generated | None = None
        if is_strict:
            check_order(self.tree, source=expression)
        if root_type is not None:
            check(self.tree, source=expression, root_type=root_type, is_strict=is_strict)
        if root_type is not None and not is_strict:
            self._fast = generate(self.tree, root_type=root_type)
        self._condition = None if self._fast is None else self._fast.condition
        self._is_local = self._fast is not None and self._fast.needs_context

    @property
    def is_generated(self) -> bool:
        """Whether specialised code was made for `root_type`."""
        return self._fast is not None

    def evaluate(
        self, resource: Any, *, variables: Mapping[str, Any] | None = None, context: Context | None = None
    ) -> list[Any]:
        """The result as plain values: JSON of elements, and bool, int, Decimal, str, Date, DateTime, Time or Quantity.

        What came from the resource stays as it is there (a date is its text); what the expression made is a value class.
        `variables` are `%name`s. Raises FHIRPathError.
        """
        fast = self._fast
        if fast is not None and fast.items is not None and not (fast.needs_context and context):
            try:
                return fast.items(resource, None, resource, resource)
            except (AttributeError, TypeError, KeyError):
                pass  # the input isn't shaped as its type says: the general way judges it
        return plain(self.nodes(resource, variables=variables, context=context))

    def nodes(
        self,
        value: Any,
        *,
        variables: Mapping[str, Any] | None = None,
        context: Context | None = None,
        within: Node | None = None,
    ) -> Items:
        """The result as items: `Node`s with their FHIR types, and System values. Raises FHIRPathError.

        `value` is JSON or a node; `within` the node of the resource that holds it (`%resource`), where it isn't one itself.
        """
        start = node(value, self.root_type or "") if not isinstance(value, Node) else value
        holder = start if within is None else within
        environment = Environment(start, resource=holder, root=holder, context=context or NOTHING_KNOWN)
        if variables:
            environment.variables = {name: _bound(value) for name, value in variables.items()}
        return self._run(environment)

    def is_true(
        self, resource: Any, *, variables: Mapping[str, Any] | None = None, context: Context | None = None
    ) -> bool:
        """Whether the result is a single true. Raises FHIRPathError."""
        return boolean(self.nodes(resource, variables=variables, context=context)) is True

    def holds(
        self,
        value: Any,
        *,
        type_name: str,
        root: Any = None,
        resource: Any = None,
        sibling: dict[str, Any] | None = None,
        context: Context | None = None,
    ) -> bool:
        """Whether a constraint is obeyed by an element inside a resource: it isn't when the result is false.

        `value` is the element's JSON and `type_name` its type; `sibling` the object of `_name` beside a primitive; `resource`
        the resource that holds it (`%resource`) and `root` the outermost one (`%rootResource`). An empty result obeys: R4's own
        constraints (`sdf-0`, `ras-2`) count on it. Raises FHIRPathError.
        """
        if self._condition is not None and type_name == self.root_type and (context is None or not self._is_local):
            try:
                found = self._condition(value, sibling, resource, root)
            except (AttributeError, TypeError, KeyError):
                found = DEFER  # the input isn't shaped as its type says: the general way judges it
            if found is not DEFER:
                return found is not False
        start = node(value, type_name, extra=sibling)
        within = start if resource is None else node(resource)
        start.owner = within.value
        environment = Environment(
            start,
            resource=within,
            root=within if root is None else node(root),
            context=context or NOTHING_KNOWN,
        )
        return boolean(self._run(environment)) is not False

    def _run(self, environment: Environment) -> Items:
        try:
            return self._step(Scope(environment, [environment.start]))
        except RecursionError:
            raise TooMuchWorkError(limit=MAXIMUM_WORK).located(self.expression, 0) from None


@lru_cache(maxsize=_KEPT)
def compile(  # noqa: A001 - the name of the door, as in `re`
    expression: str, *, root_type: str | None = None, is_strict: bool = False
) -> Compiled:
    """An expression, parsed and checked; the last 8,192 are kept.

    With `root_type`, paths are checked against R4's definitions and specialised code is made. With `is_strict` (N1, 10), what
    expressions of R4's own count on is refused too: a path that starts with another type than the input's, `as` on several items,
    and `first()` or `[0]` of what has no order. Raises FHIRPathSyntaxError for what isn't FHIRPath, and FHIRPathError for unknown
    functions, types and elements.
    """
    return Compiled(expression, root_type=root_type, is_strict=is_strict)


def evaluate(
    resource: Any,
    expression: str,
    *,
    variables: Mapping[str, Any] | None = None,
    context: Context | None = None,
) -> list[Any]:
    """`compile(expression).evaluate(resource, …)`."""
    return compile(expression).evaluate(resource, variables=variables, context=context)


def _bound(value: Any) -> Items:
    values: list[Any] = value if isinstance(value, list) else [] if value is None else [value]
    return [node(found) if isinstance(found, dict) else found for found in values]


__all__ = ["Compiled", "FHIRPathError", "compile", "evaluate"]
