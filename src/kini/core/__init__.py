"""Foundation of all rooms, without anything about a city: actions, audit, events, jobs, crypto, files, database."""
