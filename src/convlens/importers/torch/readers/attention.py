"""The kernel behind scaled dot-product attention, which scripted code calls by itself."""

from typing import Any

from convlens.importers.torch.readers import reads
from convlens.importers.torch.table import from_table
from convlens.importers.torch.trace import Trace


@reads("_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention")
def _fused(trace: Trace, query: Any, key: Any, value: Any, dropout_p: float = 0.0, is_causal: bool = False, *_: Any,
           attn_mask: Any = None, scale: float | None = None) -> Any:  # fmt: skip
    """The kernel also returns what backward needs, which nothing else reads."""
    settings = {"is_causal": is_causal, "scale": scale}
    return from_table(trace, "scaled_dot_product_attention", (query, key, value, attn_mask, dropout_p), settings), None
