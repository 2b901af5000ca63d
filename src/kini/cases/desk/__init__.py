"""Officers' desk: queue, case page, moves, counter service, statistics."""
