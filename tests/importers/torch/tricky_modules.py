"""Modules that are hard to capture, each with the arguments to call it with: shapes stand for tensors."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations


class Case(NamedTuple):
    module: type[nn.Module]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    unknown: tuple[str, ...]


CASES: dict[str, Case] = {}


def case(*args: Any, unknown: tuple[str, ...] = (), **kwargs: Any) -> Any:
    """Register the module; ``unknown`` names the calls that convlens may leave unknown."""

    def register(module: type[nn.Module]) -> type[nn.Module]:
        CASES[module.__name__] = Case(module, args, kwargs, unknown)
        return module

    return register


@case((1, 3, 8, 8))
class CalledTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        return self.conv(self.conv(x))


@case((1, 3, 8, 8))
class ComputedWeight(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(4, 3, 3, 3))
        self.gain = nn.Parameter(torch.ones(4, 1, 1, 1))
        self.bias = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        weight = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        weight = weight / (weight.std(dim=(1, 2, 3), keepdim=True) + 1e-5)
        return F.conv2d(x, weight * self.gain, self.bias, padding=1)


@case({"left": (1, 3, 8, 8), "right": (1, 3, 8, 8)})
class DictInput(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, images):
        return {"sum": self.conv(images["left"]) + self.conv(images["right"]), "count": 5, "more": [images["left"] * 2]}


@case((1, 8, 5, 5))
class OutputPadding(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1)

    def forward(self, x):
        return self.up(x, output_size=(10, 10))


@case((2, 3, 33, 32))
class IfOnShape(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.head = nn.Linear(4 * 32 * 30, 10)

    def forward(self, x):
        if x.shape[-2] % 2:
            x = F.pad(x, (0, 0, 0, 1))
        n, _, h, w = x.size()
        x = self.conv(x)
        assert x.shape[2:] == (h - 2, w - 2)
        return self.head(x.view(n, -1))


@case((2, 16, 32))
class FusedAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(32, 96)

    def forward(self, x):
        q, k, v = (part.reshape(2, 16, 4, 8).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=-1))
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


@case((1, 8, 9, 9))
class SliceAndConcat(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        left, right = x[:, :4], x[:, 4:]
        y = torch.cat([self.conv(left), right], 1)
        y[:, 0] = 0
        y[:, 1:3] = self.conv(left)[:, :2]
        rows = y[:, :, ::2]
        rows += 1
        return y[..., None].squeeze(-1)[0].unsqueeze(0)


@case((2, 16, 32))
class MultiHeadAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x)


@case((1, 3, 8, 8))
class WeightNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = parametrizations.weight_norm(nn.Conv2d(3, 4, 3))

    def forward(self, x):
        return self.conv(x)


@case((4, 10, 8))
class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, 2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(32, 2)

    def forward(self, x):
        outputs, (_, _) = self.lstm(x)
        return self.head(outputs[:, -1])


@case((1, 3, 8, 8))
class ManyLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular")
        self.up = nn.Upsample(scale_factor=2, mode="bilinear")
        self.prelu = nn.PReLU(4)
        self.group = nn.GroupNorm(2, 4)
        self.lrn = nn.LocalResponseNorm(3)
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.same = nn.Conv2d(4, 4, 3, padding="same", groups=2)

    def forward(self, x):
        y, _ = self.pool(self.lrn(self.group(self.prelu(self.up(self.conv(x))))))
        return self.same(y)


@case((2, 3, 8, 8))
class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()))

    def forward(self, x):
        return self.block(x)


@case((2, 5))
class TiedEmbedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 8)
        self.position = nn.Parameter(torch.zeros(1, 5, 8))
        self.head = nn.Linear(8, 10, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens):
        place = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.embedding(tokens.long()) + self.position
        return self.head(x * place[None, :, None]).softmax(-1).mean(1)


@case((1, 4, 6, 6))
class Einsum(nn.Module):
    def forward(self, x):
        y = torch.einsum("nchw,nkhw->nck", x, x)
        return y @ y.transpose(1, 2)


class OwnConv(nn.Conv3d):
    """A subclass with a forward of its own."""

    def forward(self, x):
        return F.conv3d(F.pad(x, (1, 1, 1, 1, 1, 1)), self.weight, self.bias)


@case((1, 2, 5, 6, 7))
class SubclassedConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = OwnConv(2, 3, 3)

    def forward(self, x):
        return self.conv.forward(x)


@dataclass
class Prediction:
    boxes: Any
    scores: Any


@case((1, 3, 16, 16))
class DataclassOutput(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([nn.Conv2d(3, 8, 3, stride=2), nn.Conv2d(8, 8, 3, groups=8)])
        self.heads = nn.ModuleDict({"boxes": nn.Conv2d(8, 4, 1), "scores": nn.Conv2d(8, 1, 1)})

    def forward(self, x):
        for stage in self.stages:
            x = stage(x).relu_()
        return Prediction(**{name: head(x) for name, head in self.heads.items()})


@case((3, 8, 8))
class Unbatched(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x).mean((1, 2))


@case(a=(2, 6), b=(2, 6))
class KeywordOnly(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Bilinear(6, 6, 3)
        self.gate = nn.Linear(6, 3)

    def forward(self, *, a, b):
        return self.gate(a) * self.gate(b)


@case((1, 3, 8, 8))
class BufferKernel(nn.Module):
    """A fixed blur: its kernel is a buffer, not a parameter."""

    def __init__(self):
        super().__init__()
        self.register_buffer("kernel", torch.ones(3, 1, 3, 3) / 9)

    def forward(self, x):
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.kernel, stride=2, groups=3)


@case((2, 3, 8, 8))
class Squeezed(nn.Module):
    """Squeeze and excitation with reductions written out."""

    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(3, 2), nn.Linear(2, 3)

    def forward(self, x):
        gate = torch.sigmoid(self.up(F.relu(self.down(x.mean(dim=(-2, -1))))))
        return x * gate[:, :, None, None]


@case((1, 3, 8, 8))
class StateInForward(nn.Module):
    """A forward that counts its calls, keeps its input and changes a buffer."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.calls = 0
        self.seen = []
        self.register_buffer("total", torch.zeros(()))

    def forward(self, x):
        self.calls += 1
        self.seen.append(x)
        self.last = x
        self.total += x.mean()
        self.total = self.total * 2
        return self.norm(self.conv(x)) + torch.rand(1)


@case((4, 6, 10))
class Conv1dNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(6, 8, 5, padding=4, dilation=2),
            nn.GELU(),
            nn.AdaptiveAvgPool1d(3),
            nn.Flatten(),
            nn.LayerNorm(24),
            nn.Dropout(),
        )

    def forward(self, x):
        x, y = self.net(x).split([10, 14], dim=1)
        return torch.stack([x.amax(1), y.max(dim=1).values, y.norm(dim=1)], dim=-1)


@case((2, 16, 32))
class FusedMultiHeadAttention(nn.Module):
    """Without weights, attention takes the fused kernel."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x, need_weights=False)[0]


@case((2, 5, 32))
class FusedEncoder(nn.Module):
    """In eval mode one kernel does a whole layer."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)

    def forward(self, x):
        return self.encoder(x)


@case((5, 2, 8), (7, 2, 8))
class WholeTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.transformer = nn.Transformer(8, 2, 1, 1, 16)

    def forward(self, source, target):
        return self.transformer(source, target)


@case((2, 4, 6, 8), (2, 2, 5, 8))
class GroupedQueries(nn.Module):
    def forward(self, queries, keys):
        return F.scaled_dot_product_attention(queries, keys, keys, attn_mask=torch.zeros(6, 5), enable_gqa=True)


@case((7, 3, 8))
class RecurrentStack(nn.Module):
    """Every recurrent layer, with projections, both directions, no bias, cells in a loop."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(8, 6, 2, bidirectional=True)
        self.rnn = nn.RNN(12, 5, nonlinearity="relu", bias=False)
        self.lstm = nn.LSTM(5, 6, proj_size=4)
        self.cell, self.gated, self.plain = nn.LSTMCell(4, 4), nn.GRUCell(4, 4), nn.RNNCell(4, 4)

    def forward(self, x):
        steps, _ = self.lstm(self.rnn(self.gru(x)[0])[0])
        state = None
        for step in steps.unbind(0)[:2]:
            state = self.cell(step, state)
        return self.plain(self.gated(state[0], state[1]))


@case((10, 8))
class UnbatchedLstm(nn.Module):
    """One LSTM used twice, without a batch; its weights count once."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 8, batch_first=True)

    def forward(self, x):
        return self.lstm(self.lstm(x)[0])[0]


@case((3, 4, 5), (3, 5, 6), (3, 6, 2))
class EinsumForms(nn.Module):
    """Ellipsis, spaces, lists of numbers, three operands, a diagonal, a sum, a product without contraction."""

    def forward(self, x, y, z):
        chain = torch.einsum("bij, bjk, bkl -> bil", x, y, z)
        same = torch.einsum(x, [0, 1, 2], y, [0, 2, 3], [0, 1, 3]) @ z
        outer = torch.einsum("...i,...j->...ij", x, x)
        early = torch.einsum("bij,bkl->bk", x, y)
        return chain + same, torch.einsum("bii->b", outer[:, 0]), torch.einsum("...->", x), early


@case((2, 3, 8, 8))
class Windows(nn.Module):
    """Convolution by unfolding, overlapping windows added back, stretches of an axis."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4, 27))

    def forward(self, x):
        columns = F.unfold(x, 3, padding=1)
        y = (self.weight @ columns).view(2, 4, 8, 8)
        back = F.fold(columns, (8, 8), 3, padding=1)
        return y, back, x.unfold(2, 4, 2).unfold(3, 4, 2), nn.Unfold(2)(x)


@case((2, 3, 8, 8))
class Picks(nn.Module):
    """Gather and scatter in their many spellings."""

    def forward(self, x):
        best = x.argmax(1, keepdim=True)
        top = torch.gather(x, 1, best) + torch.take_along_dim(x, best, dim=1)
        some = x.index_select(2, torch.tensor([0, 2, 4]))
        marks = torch.zeros_like(x).scatter_(1, best, 1.0).scatter_add(1, best, top)
        return marks, some, F.one_hot(best.flatten(1), num_classes=3)


@case((2, 3, 8, 8))
class Warped(nn.Module):
    """A spatial transformer without its localisation network."""

    def forward(self, x):
        grid = torch.stack([x[:, 0], x[:, 1]], dim=-1)
        return F.grid_sample(x, grid, align_corners=False), F.grid_sample(x, grid, mode="nearest")


@case((2, 400))
class Spectra(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(64))

    def forward(self, x):
        spectrum = torch.stft(x, 64, 16, window=self.window, return_complex=True)
        image = torch.fft.irfft2(torch.fft.rfft2(x) * 2, s=x.shape)
        return torch.view_as_real(spectrum), spectrum.real, image, torch.fft.fft(x, dim=0).imag


@case((1, 6, 8, 8))
class EveryActivation(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Hardshrink(), nn.Softshrink(0.2), nn.Tanhshrink(), nn.Threshold(0.1, 2), nn.RReLU(), nn.GLU(dim=1),
            nn.Softmin(dim=1), nn.Softmax2d(), nn.LogSoftmax(dim=-1), nn.AlphaDropout(), nn.FeatureAlphaDropout(),
        )  # fmt: skip

    def forward(self, x):
        return F.threshold_(F.glu(F.softmin(self.net(x), 2), 2), 0.1, 0)


@case((1, 6, 8, 8))
class PoolAndUnpool(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(6, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2)
        self.norm = nn.LPPool2d(2, 3, stride=2, ceil_mode=True)
        self.fractional = nn.FractionalMaxPool2d(2, output_ratio=0.6, return_indices=True)

    def forward(self, x):
        values, indices = self.pool(self.conv(x))
        y = self.unpool(values, indices, output_size=x.shape)
        z, _ = self.fractional(y)
        return self.norm(z), F.lp_pool2d(y, 2, 2), F.fractional_max_pool2d(y, 2, output_size=3)


@case((1, 6, 8, 8))
class PaddedEveryWay(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.ZeroPad2d((1, 0, 2, -1)), nn.ConstantPad2d(1, 0.5), nn.ReflectionPad2d(2), nn.ReplicationPad2d((0, 1, 0, 0)),
            nn.CircularPad2d(1), nn.Upsample(scale_factor=2, mode="bilinear"), nn.UpsamplingNearest2d(size=5),
            nn.UpsamplingBilinear2d(scale_factor=2), nn.ChannelShuffle(3), nn.Conv2d(6, 4, 3),
        )  # fmt: skip
        self.norm = nn.RMSNorm(8)
        self.unflatten = nn.Unflatten(1, (2, -1))

    def forward(self, x):
        y = self.unflatten(self.norm(self.net(x)))
        return y.unflatten(-1, (4, 2)).squeeze(0)[None].unsqueeze(-1)


@case((2, 3, 4))
class Rearranged(nn.Module):
    def forward(self, x):
        y = torch.stack([x, x.roll(1, 2)], dim=-1)
        z = x.repeat(2, 1, 1, 3), torch.tile(x, (2,)), x.repeat_interleave(2, dim=1), x.flip(0, 1), x.flip([2]), torch.fliplr(x)
        w = torch.hstack([x, x]), torch.vstack((x, x)), torch.outer(x[0, 0], x[0, 1]), F.channel_shuffle(x[..., None], 3)
        return y, z, w, x[:, None, :, None]


@case((2, 3, 8))
class Ordered(nn.Module):
    def forward(self, x):
        values, indices = x.topk(3, dim=-1)
        s = torch.sort(x, dim=1, descending=True)
        sums = x.cumsum(1) + torch.cumprod(x, dim=2) + x.logcumsumexp(-1) + torch.cummax(x, 0).values
        k = x.kthvalue(2, keepdim=True)[0]
        return values, indices, s.values, s.indices, x.argsort(-1), sums, k, x.median(), x.median(dim=1).values


@case((2, 3, 8))
class Statistics(nn.Module):
    def forward(self, x):
        low, high = torch.aminmax(x, dim=1)
        var, mean = torch.var_mean(x, dim=-1, keepdim=True)
        pairs = F.cosine_similarity(x, x, dim=-1), F.pairwise_distance(x, x), torch.linalg.cross(x, x, dim=1)
        return low, high, (x - mean) / var, x.nanmean(), torch.count_nonzero(x), x.mode(dim=0).values, F.normalize(x), pairs


@case((1, 3, 8, 8))
class OldWeightNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.utils.weight_norm(nn.Conv2d(3, 4, 3))
        self.whole = torch.nn.utils.weight_norm(nn.Conv2d(4, 4, 3), dim=None)

    def forward(self, x):
        return self.whole(self.conv(x))


@case((1, 4, 6, 6))
class Reversible(nn.Module):
    """Gives the memory of its input back, as reversible networks do."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x):
        left, right = torch.chunk(x.clone(), 2, dim=1)
        left, right = left.contiguous(), right.contiguous()
        y = torch.cat((left + self.conv(right), right), dim=1)
        left.set_()
        return y


@case((1, 3, 6, 6))
class AsTensor(nn.Module):
    """Turns what it gets, and its own buffer, into tensors once more."""

    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.ones(3, 1, 1))

    def forward(self, x):
        return torch.as_tensor(x, dtype=torch.float32) * torch.as_tensor(self.scale)


@case((2, 6, 8, 8))
class IndexedByTensors(nn.Module):
    """One index, several together, apart, with new axes, a scalar, a list, a mask whose values are known."""

    def __init__(self):
        super().__init__()
        self.register_buffer("rows", torch.tensor([[0], [2]]))
        self.table = nn.Parameter(torch.zeros(13, 3))

    def forward(self, x):
        best = x.mean((1, 2, 3)).argmax()
        place = torch.arange(2)
        picked = x[place, :, place], x[:, self.rows, torch.tensor([1, 2, 3])], x[:, [0, 5]], x[None, ..., place], x[best]
        return picked, x[:, torch.tensor([True] * 3 + [False] * 3)], self.table[self.rows], x[0, place, None, place]


@case((2, 6, 8, 8), (2, 6))
class WrittenByIndices(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(6, 6, 1)

    def forward(self, x, values):
        y = self.conv(x)
        index = torch.tensor([1, 3])
        y[:, index] = self.conv(x)[:, :2]
        y[y > 0] = 0.0
        y[..., 0][:, index] += 1
        z = y.index_add(1, index, x[:, :2]).index_copy(2, index, x[:, :, :2]).index_fill(3, index, 0.5)
        z = z.index_put((index // 2, index), x[:, 0], accumulate=True).masked_scatter(z > 1, x)
        return z, values.scatter_reduce(1, values.argsort(1), values, "amax"), z.take(index), y[:, :, index, index]


@case((3, 5, 8))
class Packed(nn.Module):
    """Sequences of several lengths, in descending order and in any order."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, 2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(32, 4)

    def forward(self, x):
        packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor([2, 5, 3]), batch_first=True, enforce_sorted=False)
        y, (h, c) = self.lstm(packed)
        z, _ = self.gru(y)
        padded, _ = nn.utils.rnn.pad_packed_sequence(z, total_length=6)
        rows = nn.utils.rnn.pad_sequence([x[0], x[1, :3]], batch_first=True)
        return padded, h, c, rows, nn.utils.rnn.pack_sequence([x[0], x[1, :3]]).data


@case((3, 5))
class BagsOfWords(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean, self.sum = nn.EmbeddingBag(10, 8), nn.EmbeddingBag(10, 8, mode="sum", include_last_offset=True)

    def forward(self, x):
        words = x.long()
        weighted = F.embedding_bag(words, self.sum.weight, mode="sum", per_sample_weights=x)
        return self.mean(words), self.sum(words.flatten(), torch.tensor([0, 4, 15])), weighted


@case((4, 4), (3, 4), (2, 4, 6))
class ComposedByPyTorch(nn.Module):
    """Functions that PyTorch takes apart by itself: their products must not get lost."""

    def forward(self, x, y, z):
        products = (
            torch.tensordot(x, y, ([1], [1])),
            torch.inner(x, y),
            torch.chain_matmul(y, x, x),
            torch.linalg.multi_dot([y, x, x]),
        )
        tables = torch.kron(x, y), torch.cov(y), torch.cartesian_prod(x[0], x[1])
        lines = (
            torch.diff(z),
            torch.trapezoid(z),
            torch.hsplit(z, 2),
            torch.atleast_3d(x),
            torch.meshgrid(x[0], y[0], indexing="ij"),
        )
        return products, tables, lines, torch.linalg.vecdot(x, x), torch.special.expit(x), torch.std_mean(z, 1)


@case((2, 4, 6), (2, 40))
class TurnedAndSorted(nn.Module):
    """Diagonals, quarter turns, quantiles, orders, and spectra back to samples."""

    def forward(self, x, sound):
        diagonals = x.diagonal(1, 1, 2), torch.diag(x[0]), torch.diag_embed(x, -1), x[0, :, :4].trace(), torch.diag(x[0, 0], 1)
        turns = x.rot90(1, (1, 2)), torch.rot90(x, 2, (0, 2)), x.rot90(-1, [0, 1]), torch.tril(x, 1), x.triu()
        quantiles = (
            x.quantile(0.5),
            x.quantile(torch.tensor([0.1, 0.9]), dim=1, keepdim=True),
            torch.msort(x),
            x.nanquantile(0.3, 2),
        )
        spectrum = torch.stft(sound, 8, 4, return_complex=True)
        spectra = (
            torch.istft(spectrum, 8, 4),
            torch.istft(spectrum, 8, 4, length=33),
            torch.fft.hfft(x),
            torch.fft.ihfft2(x, s=(4, 5)),
        )
        return diagonals, turns, quantiles, spectra, torch.fft.fftshift(x), spectrum.abs(), torch.polar(x, x).angle()


@case((5,), (2, 3, 7))
class Placed(nn.Module):
    def forward(self, edges, x):
        return torch.searchsorted(edges, x), torch.bucketize(x, edges, out_int32=True), torch.float_power(x, 2), x.lgamma()


@case((3, 5), (3, 5))
class Losses(nn.Module):
    """A forward that computes its own losses, of indices, weighted or not, summed or not."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(5, 5)
        self.distance = nn.MSELoss(reduction="sum")
        self.register_buffer("weights", torch.ones(5))

    def forward(self, x, y):
        scores, classes = self.head(x), y.argmax(1)
        losses = F.cross_entropy(scores, classes, self.weights), F.nll_loss(scores.log_softmax(1), classes, reduction="none")
        return losses, F.mse_loss(scores, y), self.distance(scores, y), F.cross_entropy(scores[0], classes[0])


@case((2, 4, 6), (6,))
class Overwritten(nn.Module):
    """Tensors that are filled, zeroed, drawn or copied in place, and conversions that a call does by the way."""

    def forward(self, x, y):
        a, b, c = torch.empty_like(x).copy_(y), x.clone().zero_(), (x * 1).normal_()
        b[:, :2].fill_(2.0)
        precise = x.softmax(1, dtype=torch.float64), x.sum(1, dtype=torch.float64), F.gumbel_softmax(x, dim=1)
        shifted = x.long() << 2, 1 >> x.long()
        return a + b + c, precise, shifted, torch.addr(x[0], x[0, :, 0], y), F.linear(x, y), F.logsigmoid(x)
