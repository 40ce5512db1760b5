"""Values in order."""

import torch
from torch import Tensor

from convlens.backends.torch.call import Call, Result
from convlens.backends.torch.lowering import lowers


@lowers("sort")
def _sort(call: Call) -> Result:
    return torch.sort(call.x, dim=call.op.axis, descending=call.op.descending, stable=True)


@lowers("argsort")
def _argsort(call: Call) -> Tensor:
    return torch.sort(call.x, dim=call.op.axis, descending=call.op.descending, stable=True).indices


@lowers("topk")
def _topk(call: Call) -> Result:
    op = call.op
    return torch.topk(call.x, op.k, op.axis, op.largest, op.ordered)


@lowers("kthvalue")
def _kthvalue(call: Call) -> Result:
    return torch.kthvalue(call.x, call.op.k, call.op.axis, call.op.keep)


@lowers("searchsorted")
def _searchsorted(call: Call) -> Tensor:
    ordered, values = call.xs
    return torch.searchsorted(ordered, values, out_int32=call.op.dtype == "int32", right=call.op.right)
