"""One rewrite, one file.

===========  ==========================================================================================================
`TITLE`      what it does, marked for the catalogue
`OPTIONS`    the names of the settings that `rewrite` and `notes` take beside the weights
`applies`    graph -> the places that it is about, and what stands in the way at each; it looks at no weight
`rewrite`    graph, weights -> the graph and the weights after it, done at every place where nothing stands in the way
`notes`      graph, weights -> what is to be said of them before it: how exact it is, and what it depends on
===========  ==========================================================================================================

Weights are tensors by node and name, as `convlens.backends` has them.
"""
