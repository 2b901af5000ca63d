"""The `kini` command's verbs, thin: each calls what a room offers."""
