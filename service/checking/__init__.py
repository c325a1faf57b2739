"""The way out: from a claim to a report."""
