"""Cases: drafts, flow, clock, timeline, documents, residents' pages and the officers' desk."""
