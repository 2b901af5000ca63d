"""The face: layout, components, icons, theme tokens. No domain."""
