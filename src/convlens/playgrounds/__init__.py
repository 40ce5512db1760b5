"""The layer playground: one page on which every number of a layer can be seen, changed and asked where it comes from."""
