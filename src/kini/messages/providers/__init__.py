"""SMS and WhatsApp providers: interface, adapters, and the operator's configuration file."""
