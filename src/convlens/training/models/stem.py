"""The first layer fitted to the data: channels of a picture, words of a vocabulary."""

from convlens.ir.edit import Change, changed, made, with_settings
from convlens.ir.errors import UsageError
from convlens.ir.graph import Graph, Node, Ref
from convlens.ir.spec import TensorSpec
from convlens.lang.sentence import Sentence
from convlens.training.models.fields import Fields
from convlens.training.preparation.meant import wrong_kind


def with_stem(graph: Graph, fields: Fields) -> Graph:
    """The graph on one example of this shape; a table of word vectors gets a row for each word.

    Raises `UsageError` where the network wants another number of axes.
    """
    own = graph.inputs[0].spec
    if own.rank != len(fields.shape) + 1:
        raise wrong_kind(own.dims[1:], fields.kind, fields.shape)
    resized = graph.with_inputs((TensorSpec((1, *fields.shape), fields.dtype),))
    return _with_words(resized, fields.words) if fields.words else resized


def word_tables(graph: Graph) -> list[Node]:
    """The tables of word vectors, which read the input itself."""
    name = graph.inputs[0].name
    return [node for node in graph if node.op.name == "embedding" and any(ref.node == name for ref in node.inputs)]


def _with_words(graph: Graph, words: int) -> Graph:
    tables = word_tables(graph)
    if not tables:
        raise UsageError(
            Sentence(
                "network {network} has no table of word vectors, which texts need\n"
                "  fix: a first layer embedding(x, count={words}, width=128)",
                network=repr(graph.name), words=words,
            )
        )  # fmt: skip
    changes = {
        node.name: Change((made(node, with_settings(node.op, count=words), node.inputs),), Ref(node.name)) for node in tables
    }
    return changed(graph, changes)
