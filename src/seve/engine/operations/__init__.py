"""Operations (R4, 3.2): one module each, named as the operation; parsed and answered by their OperationDefinition."""

from seve.engine.operations.invoking import invoke
from seve.engine.operations.registry import Call, Operation, operations

__all__ = ["Call", "Operation", "invoke", "operations"]
