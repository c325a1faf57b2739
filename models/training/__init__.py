"""How the stance model is trained, measured and released."""
