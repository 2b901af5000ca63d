"""What residents asked for: drafts, cases, their flow, clock and timeline, documents, and the officer's desk."""
