"""Ready studies: what tutorials claim of a setting, and how it is measured here. One TOML file each."""
