"""Foundation of all rooms, free of anything about a city: actions, audit, events, jobs, crypto, files, time, database."""
