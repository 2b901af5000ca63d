"""A person's own health record: everything that rooms hold about their health, in one place, to show and take along."""
