"""A trained tensor that is used by itself."""

from convlens.ir.op import Inputs, Shapes
from convlens.ops._source import Dims, Dtype, Source


class Parameter(Source, name="parameter"):
    """A trained tensor that no operator owns: a position embedding, a scale, a weight that is computed with first.

    Source: torch.nn.Parameter.

    >>> Parameter(shape=[1, 197, 768]).params(())
    {'value': (1, 197, 768)}
    """

    shape: Dims
    dtype: Dtype = "float32"

    def params(self, xs: Inputs) -> Shapes:
        return {"value": self.shape}

    def buffers(self, xs: Inputs) -> Shapes:
        return {}
