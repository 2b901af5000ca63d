"""Cases for programs: applying, following, and the officers' desk."""
