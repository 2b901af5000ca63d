"""Status of a person by the rules of a day, and answers at gates."""
