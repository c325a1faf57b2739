"""The embedder and the stance model: where their weights come from, how they are trained and verified."""
