"""Where examples come from: one loader a source, the split into three parts, and a fingerprint of what was read."""
