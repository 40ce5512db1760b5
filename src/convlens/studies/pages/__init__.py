"""The page of a study: curves with their spread, verdicts, a heat map, parallel coordinates."""
