"""Who takes the money: one interface, adapters for its kinds, and a file that says which one the city uses."""
