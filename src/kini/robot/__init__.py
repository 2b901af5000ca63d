"""Robot that tests every service end to end over HTTP, with the pages and forms people use, and reports results."""
