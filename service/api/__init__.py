"""HTTP in and out: requests become queries, reports become JSON or text, errors become problems."""
