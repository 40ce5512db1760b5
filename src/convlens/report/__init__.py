"""Facts for people and machines: terminal, Markdown, JSON, HTML. Each verb is the module of its name."""
