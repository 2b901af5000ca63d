"""Public pages and officers' pages about the spread of a disease, and what of its figures is published."""
