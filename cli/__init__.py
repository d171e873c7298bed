"""How does a person ask from a shell? The `search` command, as thin over the library as it can be."""
