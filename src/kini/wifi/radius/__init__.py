"""FreeRADIUS: its configuration and database role, the authorization question, changes of running sessions (CoA)."""
