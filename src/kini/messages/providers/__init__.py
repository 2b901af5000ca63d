"""Who carries SMS and WhatsApp: one interface, adapters for its kinds, and a file that says which are used."""
