"""A tensor that is not trained."""

from convlens.ir.op import Inputs, Shapes
from convlens.ir.setting import Bool
from convlens.ops._source import Dims, Dtype, Source


class Constant(Source, name="constant"):
    """A fixed tensor; ``stored`` says that the network keeps it (a buffer) rather than making it when it runs.

    Source: torch.nn.Module.register_buffer.

    >>> Constant(shape=[49, 49], dtype="int64", stored=True).buffers(())
    {'value': (49, 49)}
    """

    shape: Dims
    dtype: Dtype = "float32"
    stored: Bool = False

    def params(self, xs: Inputs) -> Shapes:
        return {}

    def buffers(self, xs: Inputs) -> Shapes:
        return {"value": self.shape} if self.stored else {}
