"""What is kept: the store and the vector index."""
