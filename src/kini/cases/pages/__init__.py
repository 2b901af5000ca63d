"""The pages of residents: applying question by question, following a case, correcting it and taking one's own steps."""
