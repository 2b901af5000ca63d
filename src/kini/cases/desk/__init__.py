"""The officers' desk: the queue, the case page with every step, helping at a counter, and what is late."""
