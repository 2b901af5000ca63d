"""What Kini can bear, measured: a large scratch city, the production server, a load generator, and two yardsticks."""
