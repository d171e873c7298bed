"""What does a person see of a run? A page, a table for the README, and what changed since another run."""
