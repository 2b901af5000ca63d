"""Letters: signed documents that carry the result of a case, and their public verification page."""
