"""Pure functions from a Graph to facts about its nodes. No operator is named in here."""
