"""Payment providers: the interface, its adapters, and the operator's configuration."""
