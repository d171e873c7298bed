"""Tests against a real OpenSearch, which they start themselves; without Maven and Java they are skipped."""
