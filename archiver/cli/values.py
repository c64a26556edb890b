"""Take the values of options as they are, where typer has nothing to convert.

typer converts and checks every value by pydantic, even one that is a text or is not given at all. To import pydantic
takes a sixth of the time of `archiver list`, so it is left to values that need it: numbers, days, words of a choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from typer.core import TyperCommand, TyperGroup


class LeanCommand(TyperCommand):
    """A command that leaves only those values to typer's conversion that are not of their type already."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - of a type that typer keeps to itself
        """Return the parameters of the command, with `--help`."""
        return _made_lean(super().get_params(ctx))


class LeanGroup(TyperGroup):
    """A group of commands that reads its own options as LeanCommand does."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - as above
        """Return the parameters of the group, with `--help`."""
        return _made_lean(super().get_params(ctx))


def _made_lean(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        conversion = _Conversion(parameter.type_descriptor, parameter.get_runtime_param)
        vars(parameter).setdefault("get_runtime_param", conversion.itself)
    return parameters


@dataclass(frozen=True, slots=True)
class _Conversion:
    """The conversion of the values of one parameter; `descriptor` has its type, `by_typer` returns typer's own."""

    descriptor: Any
    by_typer: Callable[[], Any]

    def itself(self) -> _Conversion:
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - of whatever type each option has
        """Return what the command gets for `value`; raise BadParameter if the value is not allowed."""
        annotation = self.descriptor.annotation
        has_rules = self.descriptor.parameter_info.parser or self.descriptor.is_ranged
        if value is None and param.nargs != -1 and (not param.multiple or param.default is None):
            return None
        if value == "" == param.default:  # not given
            return value
        if not has_rules and type(value) is annotation:
            return value
        if not has_rules and get_origin(annotation) is list and {*map(type, value or ())} <= {*get_args(annotation)}:
            return list(value or ())
        return self.by_typer().coerce(value, param=param, ctx=ctx)
