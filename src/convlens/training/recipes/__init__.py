"""Recipes that come with convlens: a network, data, and the settings that train it well."""
